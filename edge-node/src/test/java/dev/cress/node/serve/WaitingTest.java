package dev.cress.node.serve;

import static dev.cress.node.serve.ServedExamples.limits;
import static dev.cress.node.serve.ServedExamples.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.CressHeader;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/// Requests that wait for a guest thread, and those that will have no answer of a guest.
class WaitingTest {
    /// A run that goes on as long as its client stays.
    private static final RunLimits LASTING =
            new RunLimits(
                    Duration.ofSeconds(1), Duration.ofMinutes(1), 64 << 20, 1 << 10, 1 << 10, 0);

    private ServedExamples node = new ServedExamples(limits(Duration.ofMillis(300), 512));

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aRequestWaitsForAThreadNoLongerThanItMay() throws Exception {
        node.with("runaway", LASTING);
        try (var running = node.connect();
                var waiting = node.connect()) {
            running.send(request("GET", "runaway", "/sleep"));
            until(1, 0);
            waiting.send(request("GET", "runaway", "/"));
            assertThat(waiting.readUntil("}"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("x-cress-error: overloaded", "retry-after: 1", "in 300 ms");
            until(1, 0);
        }
    }

    @Test
    void aRequestWhoseClientLeftWaitsNoLonger() throws Exception {
        node.close();
        node = new ServedExamples(limits(Duration.ofSeconds(5), 512));
        node.with("runaway", LASTING);
        try (var running = node.connect()) {
            running.send(request("GET", "runaway", "/sleep"));
            until(1, 0);
            try (var leaving = node.connect()) {
                leaving.send(request("GET", "runaway", "/"));
                until(1, 1);
            }
            until(1, 0);
        }
    }

    private void until(int running, int queued) {
        await().atMost(ServedExamples.PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> node.threads.running() == running && node.threads.queued() == queued);
    }

    @Test
    void aFaultOfTheNodesOwnIsAnswered() throws Exception {
        // more nanoseconds than there are: the run fails before its guest begins
        var beyondTime = Duration.ofSeconds(Long.MAX_VALUE);
        node.with("hello", new RunLimits(beyondTime, beyondTime, 64 << 20, 1 << 10, 1 << 10, 0));
        try (var client = node.connect()) {
            client.send(request("GET", "hello", "/"));
            assertThat(client.readUntil("}"))
                    .startsWith("HTTP/1.1 500 ")
                    .contains("x-cress-error: internal");
            until(0, 0);
        }
    }

    @Test
    void aFunctionThatIsNotReadyIsNamedToRoutersAndToNobodyElse() throws Exception {
        node.withUnready("later");
        String named = CressHeader.FUNCTION.text() + ": later";
        String router = CressHeader.ROUTER_KEY.text() + ": " + ServedExamples.ROUTER_KEY;
        try (var client = node.connect()) {
            client.send(request("GET", "later", "/", router));
            assertThat(client.readUntil("}"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("x-cress-error: unavailable", named);
            client.send(request("GET", "later", "/"));
            assertThat(client.readUntil("}"))
                    .contains("x-cress-error: unavailable")
                    .doesNotContain(named);
        }
    }
}
