package dev.cress.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// A process that keeps connections to one server after the other busy, with one request in flight
/// on each, and says how many were answered. One thread that does next to nothing but read and
/// write, since its CPU time is what the server doesn't get. Reads `PORT FUNCTION CONNECTIONS MS`
/// per line, writes `ANSWERS NANOS`.
final class LoadGenerator {
    private static final int OK = 200;

    private final ByteBuffer some = ByteBuffer.allocateDirect(64 * 1024);
    private final byte[] bytes = new byte[64 * 1024];

    private LoadGenerator() {}

    /// A connection and what of its answer is here.
    private record Asking(SocketChannel channel, AnswerReader answers, ByteBuffer request) {
        static Asking open(int port, byte[] request, Selector selector) throws IOException {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            SocketChannel channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            ByteBuffer direct = ByteBuffer.allocateDirect(request.length).put(request);
            var asking = new Asking(channel, new AnswerReader(), direct);
            channel.register(selector, SelectionKey.OP_READ, asking);
            asking.ask();
            return asking;
        }

        /// A request of a hundred bytes or so, which fits into an idle connection's buffer.
        void ask() throws IOException {
            request.flip();
            channel.write(request);
            if (request.hasRemaining()) {
                throw new IOException("a request could not be written at once");
            }
        }
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws IOException {
        run(new BufferedReader(new InputStreamReader(System.in, UTF_8)), System.out);
    }

    private static void run(BufferedReader orders, PrintStream out) throws IOException {
        var generator = new LoadGenerator();
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            String[] words = line.split(" ", -1);
            long start = System.nanoTime();
            long answers =
                    generator.load(
                            Integer.parseInt(words[0]),
                            Connection.get(words[1], "/"),
                            Integer.parseInt(words[2]),
                            Duration.ofMillis(Long.parseLong(words[3])));
            out.println(answers + " " + (System.nanoTime() - start));
            out.flush();
        }
    }

    private long load(int port, byte[] request, int connections, Duration length)
            throws IOException {
        long answered = 0;
        try (var selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                Asking.open(port, request, selector);
            }
            long end = System.nanoTime() + length.toNanos();
            while (System.nanoTime() < end) {
                selector.select(1);
                for (SelectionKey key : selector.selectedKeys()) {
                    answered += read((Asking) key.attachment());
                }
                selector.selectedKeys().clear();
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        }
        return answered;
    }

    private int read(Asking asking) throws IOException {
        some.clear();
        int count = asking.channel().read(some);
        if (count < 0) {
            throw new IOException("the server closed a connection");
        }
        some.flip().get(bytes, 0, count);
        int answers = asking.answers().read(bytes, count);
        if (answers > 0) {
            if (asking.answers().status() != OK) {
                throw new IOException("the server answers " + asking.answers().status());
            }
            asking.ask();
        }
        return answers;
    }
}
