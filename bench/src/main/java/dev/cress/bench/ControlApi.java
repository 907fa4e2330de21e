package dev.cress.bench;

import dev.cress.contract.Json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// The control plane's REST interface, asked once: what nobody answers is an [IOException], what is
/// refused an [IllegalStateException]. Thread-safe.
final class ControlApi implements AutoCloseable {
    private static final int ERRORS_FROM = 400;
    private static final int NOT_FOUND = 404;
    private static final Duration ANSWER_MAX = Duration.ofMinutes(3);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI control;
    private final String token;

    ControlApi(URI control, String token) {
        this.control = control;
        this.token = token;
    }

    String get(String path) throws IOException {
        return send("GET", path, new byte[0]).orElseThrow();
    }

    /// Empty when there is no such thing.
    Optional<String> find(String path) throws IOException {
        return send("GET", path, new byte[0]);
    }

    String post(String path, Object body) throws IOException {
        return upload(path, Json.write(body).getBytes(StandardCharsets.UTF_8));
    }

    String upload(String path, byte[] bytes) throws IOException {
        return send("POST", path, bytes).orElseThrow();
    }

    String delete(String path) throws IOException {
        return send("DELETE", path, new byte[0]).orElseThrow();
    }

    private Optional<String> send(String method, String path, byte[] body) throws IOException {
        var request =
                HttpRequest.newBuilder(control.resolve(path))
                        .method(method, BodyPublishers.ofByteArray(body))
                        .header("authorization", "Bearer " + token)
                        .timeout(ANSWER_MAX)
                        .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() == NOT_FOUND && method.equals("GET")) {
                return Optional.empty();
            }
            if (answer.statusCode() >= ERRORS_FROM) {
                throw new IllegalStateException("%s %s: %s".formatted(method, path, answer.body()));
            }
            return Optional.of(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /// Doesn't wait for what is under way.
    @Override
    public void close() {
        http.shutdownNow();
    }
}
