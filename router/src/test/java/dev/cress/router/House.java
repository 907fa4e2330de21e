package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Directory;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A router with a fake control plane on one side and fake nodes on the other, all on loopback.
final class House implements AutoCloseable {
    static final String GERMAN = "193.99.144.80";
    static final String AMERICAN = "8.8.8.8";

    /// A check comes often, so that tests needn't wait for one.
    static final RouterConfig.Health QUICK =
            new RouterConfig.Health(
                    Duration.ofMillis(40), Duration.ofMillis(500), Duration.ofSeconds(5));

    /// No check comes within a test: what a request finds out is all that the router knows.
    static final RouterConfig.Health BLIND =
            new RouterConfig.Health(
                    Duration.ofDays(20), Duration.ofMillis(500), Duration.ofSeconds(5));

    final Vertx vertx = Vertx.vertx();
    final HttpClient http = HttpClient.newHttpClient();
    final List<FakeNode> nodes = new ArrayList<>();
    final Path data;
    FakeControlPlane control = new FakeControlPlane(vertx, 0);
    private @Nullable Router router;

    House(Path data) {
        this.data = data;
    }

    RouterConfig config() {
        return RouterConfig.of(control.uri(), FakeControlPlane.TOKEN, data)
                .withListen("127.0.0.1", 0)
                .withEventLoops(2)
                .withHealth(BLIND);
    }

    FakeNode node(String name, double latitude, double longitude) {
        var node = new FakeNode(vertx, name, latitude, longitude);
        nodes.add(node);
        return node;
    }

    FakeNode frankfurt() {
        return node("fra", 50.1, 8.7);
    }

    FakeNode ashburn() {
        return node("iad", 39.0, -77.5);
    }

    /// Waits, up to ten seconds, looking often.
    static ConditionFactory eventually() {
        return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
    }

    /// Starts a router, and waits until it knows all nodes that were made.
    House open(RouterConfig config) {
        publishAll();
        router = Router.start(config);
        knows(nodes.size());
        return this;
    }

    /// Starts a router that nobody tells of nodes.
    void restart() {
        router = Router.start(config());
    }

    House open() {
        return open(config());
    }

    void publishAll() {
        publish(nodes.toArray(FakeNode[]::new));
    }

    void publish(FakeNode... listed) {
        control.publish(
                new Directory(
                        Arrays.stream(listed)
                                .map(n -> new Directory.Entry(n.info(), true, false))
                                .toList()));
    }

    void knows(int count) {
        eventually().until(() -> health().contains("\"nodes\":" + count));
    }

    Router router() {
        if (router == null) {
            throw new IllegalStateException("no router was opened");
        }
        return router;
    }

    void closeRouter() {
        router().close();
        router = null;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + router().port() + path);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(10));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        return send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> get(String path, String from) {
        return send(request(path).header("x-forwarded-for", from));
    }

    HttpResponse<String> post(String path, String from, String body) {
        return send(
                request(path)
                        .header("x-forwarded-for", from)
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /// Who answered a client with this address.
    String nodeFor(String from) {
        var response = get("/", from);
        assertThat(response.statusCode()).isEqualTo(200);
        return header(response, "x-cress-node");
    }

    static String header(HttpResponse<?> response, String name) {
        return String.join("|", response.headers().allValues(name));
    }

    String health() {
        return admin("/health");
    }

    String admin(String path) {
        URI uri = URI.create("http://127.0.0.1:" + router().adminPort() + path);
        return send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        if (router != null) {
            router.close();
        }
        http.close();
        await(vertx.close());
    }
}
