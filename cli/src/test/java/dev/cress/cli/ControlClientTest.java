package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.cress.contract.Api;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Problem;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/// The client before a control plane that answers, or doesn't, as a test says.
class ControlClientTest {
    private static final FunctionName HELLO = new FunctionName("hello");
    private static final Step LOST = HttpExchange::close;
    private static final Step HALF =
            exchange -> {
                exchange.sendResponseHeaders(200, 1_000);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                exchange.close();
            };
    private static final Step DELETED =
            exchange -> answer(exchange, 200, Json.write(new Api.Deleted(HELLO, 7)));

    private final Queue<Step> steps = new ArrayDeque<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private ControlClient client;

    private interface Step {
        void take(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    keys.add(
                            String.valueOf(
                                    exchange.getRequestHeaders().getFirst("idempotency-key")));
                    exchange.getRequestBody().readAllBytes();
                    steps.remove().take(exchange);
                });
        server.start();
        var control = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        client = new ControlClient(control, "token", "a test");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static Step problem(int status, String code) {
        return exchange ->
                answer(
                        exchange,
                        status,
                        Json.write(Problem.of(status, code, code, "it is " + code)));
    }

    @Test
    void anAnswerThatGetsLostIsAskedForAgainUnderTheSameKey() {
        steps.addAll(List.of(LOST, problem(409, "key-in-use"), HALF, DELETED));
        assertThat(client.delete(HELLO).revision()).isEqualTo(7);
        assertThat(keys).hasSize(4).containsOnly(keys.getFirst());
        assertThat(keys.getFirst()).matches("\"[0-9a-f-]{36}\"");
        steps.add(DELETED);
        client.delete(HELLO);
        assertThat(keys.getLast()).isNotEqualTo(keys.getFirst());
    }

    @Test
    void whatIsOnlyReadNeedsNoKey() {
        steps.add(LOST);
        steps.add(exchange -> answer(exchange, 200, "{\"items\":[]}"));
        assertThat(client.tokens()).isEmpty();
        assertThat(keys).containsOnly("null");
    }

    @Test
    void aListIsFollowedToItsEnd() {
        steps.add(
                exchange -> {
                    asked.add(exchange.getRequestURI().toString());
                    exchange.getResponseHeaders()
                            .add("link", "</v1/tokens?limit=1000&after=x>; rel=\"next\"");
                    answer(exchange, 200, page("one"));
                });
        steps.add(
                exchange -> {
                    asked.add(exchange.getRequestURI().toString());
                    answer(exchange, 200, page("two"));
                });
        assertThat(client.tokens()).extracting(Api.TokenInfo::id).containsExactly("one", "two");
        assertThat(asked).containsExactly("/v1/tokens?limit=1000", "/v1/tokens?limit=1000&after=x");
    }

    private static String page(String id) {
        return Json.write(
                new Api.Page<>(List.of(new Api.TokenInfo(id, id, "read", null, 1, null, null))));
    }

    @Test
    void aRefusalIsFinal() {
        steps.add(problem(409, "route-taken"));
        assertThatThrownBy(() -> client.delete(HELLO))
                .isInstanceOf(CliException.class)
                .hasMessage("it is route-taken");
        assertThat(keys).hasSize(1);
    }

    @Test
    void itGivesUpAfterSomeAttempts() {
        for (int i = 0; i < ControlClient.ATTEMPTS_MAX; i++) {
            steps.add(LOST);
        }
        assertThatThrownBy(() -> client.delete(HELLO)).isInstanceOf(CliException.class);
        assertThat(keys).hasSize(ControlClient.ATTEMPTS_MAX);
    }

    @Test
    void aControlPlaneThatIsDownIsSaidAtOnce() {
        server.stop(0);
        assertThatThrownBy(() -> client.delete(HELLO)).hasMessageContaining("is it running");
    }
}
