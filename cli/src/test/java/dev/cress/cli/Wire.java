package dev.cress.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// One connection to the router, HTTP/1.1 by hand, kept alive. A client library would ask again by
/// itself when a connection breaks, and hide what is under test.
final class Wire implements AutoCloseable {
    private static final int TIMEOUT_MS = 60_000;
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    private final Socket socket;
    private final InputStream in;
    private boolean open = true;

    /// A whole answer: one that breaks off is an [IOException].
    ///
    /// @param headers by name in lower case
    record Answer(int status, Map<String, String> headers, String text) {
        /// The header's value, empty if there is none.
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String node() {
            return header("x-cress-node");
        }

        String error() {
            return header("x-cress-error");
        }
    }

    Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /// Whether another request may follow.
    boolean isOpen() {
        return open;
    }

    /// @param headers each as `Name: value`
    void sendHead(String method, String path, String... headers) throws IOException {
        String lines = String.join("\r\n", headers);
        write(
                "%s %s HTTP/1.1\r\n%s\r\n\r\n"
                        .formatted(method, path, lines)
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    Answer get(String path, String... headers) throws IOException {
        sendHead("GET", path, headers);
        return read();
    }

    Answer post(String path, byte[] body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: " + body.length);
        sendHead("POST", path, all.toArray(String[]::new));
        write(body);
        return read();
    }

    /// Waits until an answer begins.
    void awaitFirstByte() throws IOException {
        in.mark(1);
        if (in.read() < 0) {
            throw new EOFException("the connection ended without an answer");
        }
        in.reset();
    }

    Answer read() throws IOException {
        String first = line();
        int status = Integer.parseInt(first.substring(STATUS_AT, STATUS_AT + 3));
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        open = !headers.getOrDefault("connection", "").equals("close");
        boolean chunked = headers.getOrDefault("transfer-encoding", "").equals("chunked");
        byte[] body = chunked ? chunks() : exactly(length(headers));
        return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private static int length(Map<String, String> headers) throws IOException {
        String length = headers.get("content-length");
        if (length == null) {
            throw new IOException("an answer whose end nobody can tell: " + headers);
        }
        return Integer.parseInt(length);
    }

    private byte[] chunks() throws IOException {
        var whole = new ByteArrayOutputStream();
        int length;
        do {
            length = Integer.parseInt(line(), 16);
            whole.writeBytes(exactly(length));
            line();
        } while (length > 0);
        return whole.toByteArray();
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("%d of %d bytes came".formatted(bytes.length, length));
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended after '%s'".formatted(line));
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
