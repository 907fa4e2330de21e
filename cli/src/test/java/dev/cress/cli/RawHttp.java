package dev.cress.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// HTTP by hand, for what a client library would not let through: its own Host header, broken
/// requests.
final class RawHttp {
    private static final int TIMEOUT_MS = 15_000;

    private RawHttp() {}

    /// The whole answer, head and body, as text.
    static String get(int port, String path, String... headers) throws IOException {
        String head =
                "GET %s HTTP/1.1\r\nConnection: close\r\n%s\r\n\r\n"
                        .formatted(path, String.join("\r\n", headers));
        return send(port, head);
    }

    static String send(int port, String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
