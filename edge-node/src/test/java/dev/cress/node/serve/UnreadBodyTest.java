package dev.cress.node.serve;

import static dev.cress.node.serve.ServedExamples.limits;
import static dev.cress.node.serve.ServedExamples.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/// Bodies that nobody reads, or that never end.
class UnreadBodyTest {
    private static final int LARGE = 900_000;

    private final ServedExamples node = new ServedExamples(limits(Duration.ofSeconds(1), 512));

    @BeforeEach
    void serve() throws Exception {
        node.with("runaway").with("markdown");
    }

    @AfterEach
    void close() {
        node.close();
    }

    /// `/ok` of `runaway` answers without reading, and nothing is deployed at `nobody`.
    @ParameterizedTest
    @ValueSource(strings = {"runaway", "nobody"})
    void theConnectionServesTheNextRequestAfterABodyThatNobodyRead(String host) throws Exception {
        try (var client = node.connect()) {
            client.send(request("POST", host, "/ok", "Content-Length: " + LARGE));
            assertThat(client.send("x".repeat(LARGE)).readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 " + (host.equals("runaway") ? 200 : 404));
            client.send(request("GET", "nobody", "/next"));
            assertThat(client.readUntil("nobody.localhost/next")).contains("HTTP/1.1 404 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runaway", "nobody"})
    void aClientThatNeverEndsItsBodyIsLeft(String host) throws Exception {
        try (var client = node.connect()) {
            client.send(request("POST", host, "/ok", "Content-Length: " + LARGE));
            client.send("x".repeat(LARGE / 2));
            assertThat(client.readUntil("no such thing"))
                    .startsWith("HTTP/1.1 " + (host.equals("runaway") ? 200 : 404))
                    .endsWith("[end]");
        }
    }

    @Test
    void aBodyForWhichThereIsNoRoomIsRefusedHoweverShortItIs() throws Exception {
        // none is whole, none fills its own window, and all together are too much
        String part =
                request("POST", "markdown", "/", "Content-Length: 200000") + "x".repeat(199_000);
        try (var first = node.connect();
                var second = node.connect();
                var third = node.connect()) {
            first.send(part);
            second.send(part);
            await().until(() -> node.bufferedBytes() == 2 * 199_000);
            assertThat(third.send(part).readUntil("}"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("x-cress-error: overloaded", "retry-after: 1", "512 KiB");
            // what the refused one held is others' again
            assertThat(first.send("x".repeat(1_000)).readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }
}
