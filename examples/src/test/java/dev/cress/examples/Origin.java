package dev.cress.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A site on loopback that functions send requests to.
final class Origin implements AutoCloseable {
    private static final long PATIENCE_S = 20;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

    /// What lets the second half of `/halves` go.
    final Semaphore secondHalf = new Semaphore(0);

    /// Released when whoever asked for `/never` has hung up.
    final Semaphore gone = new Semaphore(0);

    /// A request as it came.
    record Asked(String method, String target, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return String.join(", ", headers.getOrDefault(name, List.of()));
        }
    }

    Origin() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// `http://127.0.0.1:PORT`.
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The next request that came, whole.
    Asked next() throws InterruptedException {
        Asked next = asked.poll(PATIENCE_S, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("the origin was not asked");
        }
        return next;
    }

    private void answer(HttpExchange http) throws IOException {
        try (http) {
            switch (http.getRequestURI().getPath()) {
                case "/halves" -> halves(http);
                case "/never" -> never(http);
                case "/store" -> store(http);
                default -> page(http);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void remember(HttpExchange http, String body) {
        var headers = new TreeMap<String, List<String>>();
        http.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        asked.add(
                new Asked(http.getRequestMethod(), http.getRequestURI().toString(), headers, body));
    }

    private void page(HttpExchange http) throws IOException {
        byte[] body = http.getRequestBody().readAllBytes();
        remember(http, new String(body, StandardCharsets.UTF_8));
        http.getResponseHeaders().add("set-cookie", "a=1; Path=/");
        http.getResponseHeaders().add("set-cookie", "b=2; Path=/; HttpOnly");
        send(http, "<body>\nsee <a href=\"http://x/\">x</a>\n");
    }

    private void halves(HttpExchange http) throws IOException, InterruptedException {
        remember(http, "");
        http.getResponseHeaders().set("content-type", "text/plain");
        http.sendResponseHeaders(200, 0);
        OutputStream out = http.getResponseBody();
        out.write("first half\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
        if (!secondHalf.tryAcquire(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new IOException("nobody wants the second half");
        }
        out.write("second half\n".getBytes(StandardCharsets.UTF_8));
    }

    /// Says after the first bytes of the body that it has them.
    private void store(HttpExchange http) throws IOException {
        byte[] first = http.getRequestBody().readNBytes("begin first".length());
        remember(http, new String(first, StandardCharsets.UTF_8));
        byte[] rest = http.getRequestBody().readAllBytes();
        send(
                http,
                new String(first, StandardCharsets.UTF_8)
                        + new String(rest, StandardCharsets.UTF_8));
    }

    /// Answers nothing until whoever asked hangs up.
    private void never(HttpExchange http) throws IOException, InterruptedException {
        remember(http, "");
        http.getResponseHeaders().set("content-type", "text/plain");
        if (!secondHalf.tryAcquire(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new IOException("nobody wants an answer");
        }
        try {
            http.sendResponseHeaders(200, 0);
            byte[] much = new byte[1 << 16];
            for (int i = 0; i < 1_000; i++) {
                http.getResponseBody().write(much);
            }
        } catch (IOException reset) {
            gone.release();
        }
    }

    private static void send(HttpExchange http, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        http.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
        http.sendResponseHeaders(200, body.length);
        http.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
