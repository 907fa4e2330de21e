package dev.cress.node.outbound;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server that misbehaves as it is told, on loopback, one thread per connection.
final class RawServer implements AutoCloseable {
    private static final int BACKLOG = 50;

    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /// What it does with a connection, which stays open after it until the other side closes.
    interface Conduct {
        void meet(Socket socket) throws IOException;
    }

    RawServer(Conduct conduct) {
        try {
            listener = new ServerSocket(0, BACKLOG, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(() -> accept(conduct));
    }

    private void accept(Conduct conduct) {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket, conduct));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket socket, Conduct conduct) {
        try {
            conduct.meet(socket);
            while (!socket.isClosed() && socket.getInputStream().read() >= 0) {
                // until the other side has enough
            }
        } catch (IOException closed) {
            // the other side had enough
        } finally {
            sockets.remove(socket);
        }
    }

    /// Reads a request's head, and sends this.
    static Conduct answers(String text) {
        return socket -> {
            readHead(socket);
            send(socket, text);
        };
    }

    static String readHead(Socket socket) throws IOException {
        var in =
                new BufferedReader(
                        new InputStreamReader(
                                socket.getInputStream(), StandardCharsets.ISO_8859_1));
        var head = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    int port() {
        return listener.getLocalPort();
    }

    String url(String path) {
        return "http://127.0.0.1:%d%s".formatted(port(), path);
    }

    /// Connections that the other side hasn't closed.
    int open() {
        return sockets.size();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
