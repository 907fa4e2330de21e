package dev.cress.router;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// HTTP byte by byte, for what a well-behaved client wouldn't send or would hide.
final class RawHttp implements AutoCloseable {
    private static final int PATIENCE_MS = 10_000;

    private final Socket socket;

    RawHttp(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends lines, each ended by CRLF.
    RawHttp send(String... lines) {
        return sendText(String.join("\r\n", lines) + "\r\n");
    }

    RawHttp sendText(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everything until the other side closes, or resets.
    String readAll() {
        var all = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.write(b);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no end after: " + all, e);
        } catch (IOException e) {
            // A reset is an end too.
            all.write('!');
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /// Up to and including this text.
    String readUntil(String text) {
        var read = new StringBuilder();
        try {
            InputStream in = socket.getInputStream();
            while (read.indexOf(text) < 0) {
                int b = in.read();
                if (b < 0) {
                    throw new AssertionError("ended before '%s': %s".formatted(text, read));
                }
                read.append((char) b);
            }
            return read.toString();
        } catch (IOException e) {
            throw new AssertionError("failed before '%s': %s".formatted(text, read), e);
        }
    }

    /// Closes with a reset, as a crash does.
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
