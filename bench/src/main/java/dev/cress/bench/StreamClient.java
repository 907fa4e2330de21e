package dev.cress.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Sends a long body to a server that answers with the same as it comes, chunked (RFC 9112 §7.1),
/// and compares. One thread sends, the caller's receives.
final class StreamClient implements AutoCloseable {
    static final int PIECE_BYTES = 64 << 10;

    private static final int TIMEOUT_MS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final byte[] piece = new byte[PIECE_BYTES];

    /// What is done after each piece of an answer.
    interface Watcher {
        void received(long bytes) throws IOException;
    }

    StreamClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream(), PIECE_BYTES);
        for (int i = 0; i < PIECE_BYTES; i++) {
            piece[i] = (byte) ((i * 31) >>> 3);
        }
    }

    /// Sends so many pieces and receives them; returns how long that took, in nanoseconds.
    long echo(String function, int pieces, Watcher watcher)
            throws IOException, InterruptedException, ExecutionException {
        long start = System.nanoTime();
        var sending =
                new FutureTask<Void>(
                        () -> {
                            send(function, pieces);
                            return null;
                        });
        Thread.ofPlatform().start(sending);
        receive((long) pieces * PIECE_BYTES, watcher);
        sending.get();
        return System.nanoTime() - start;
    }

    private void send(String function, int pieces) throws IOException {
        OutputStream out = socket.getOutputStream();
        String head =
                "POST / HTTP/1.1\r\nhost: %s.localhost\r\ncontent-length: %d\r\n\r\n"
                        .formatted(function, (long) pieces * PIECE_BYTES);
        out.write(head.getBytes(US_ASCII));
        for (int i = 0; i < pieces; i++) {
            out.write(piece);
        }
    }

    private void receive(long bytes, Watcher watcher) throws IOException {
        String status = line();
        for (String field = line(); !field.isEmpty(); field = line()) {
            // of no interest
        }
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("the server answers " + status);
        }
        var some = new byte[PIECE_BYTES];
        long received = 0;
        for (int left = chunk(); left > 0; left = chunk()) {
            while (left > 0) {
                int within = (int) (received % PIECE_BYTES);
                int count = in.read(some, 0, Math.min(left, PIECE_BYTES - within));
                if (count < 0) {
                    throw new EOFException("the answer breaks off");
                }
                if (!Arrays.equals(some, 0, count, piece, within, within + count)) {
                    throw new IOException("the answer differs after %d bytes".formatted(received));
                }
                left -= count;
                received += count;
                watcher.received(received);
            }
            line();
        }
        line();
        if (received != bytes) {
            throw new IOException("%d bytes came back of %d".formatted(received, bytes));
        }
    }

    /// How long the next chunk is; the last is empty.
    private int chunk() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the answer breaks off");
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
