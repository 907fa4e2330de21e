package dev.cress.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A connection to a server on this machine that stays open for one request after the other. Used
/// by one thread.
final class Connection implements AutoCloseable {
    private static final int TIMEOUT_MS = 30_000;

    private final Socket socket;
    private final AnswerReader answers = new AnswerReader();
    private final byte[] some = new byte[16 * 1024];

    Connection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
    }

    static byte[] get(String function, String path) {
        return "GET %s HTTP/1.1\r\nhost: %s.localhost\r\n\r\n"
                .formatted(path, function)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    void send(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
    }

    /// Returns the answer's status, once all of the answer is here.
    int ask(byte[] request) throws IOException {
        send(request);
        while (true) {
            int count = socket.getInputStream().read(some);
            if (count < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (answers.read(some, count) > 0) {
                return answers.status();
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
