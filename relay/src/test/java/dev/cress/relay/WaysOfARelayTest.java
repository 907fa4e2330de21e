package dev.cress.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A relay that knows two control planes.
@Timeout(60)
@Order(1)
class WaysOfARelayTest {
    private static final int GOING_AWAY = 1001;

    /// It looks whether the first is back now and then only.
    private static final Duration BACK_WITHIN = Duration.ofSeconds(40);

    @TempDir private Path folder;

    @Test
    void itGoesToTheNextControlPlaneAndBackToTheFirst() {
        var first = new FakeControl();
        try (var second = new FakeControl();
                var relay =
                        Relay.start(
                                RelayConfig.of("r1", first.url(), "relays", folder)
                                        .by(List.of(first.url(), second.url())))) {
            await().until(relay::isConnected);
            var node = new StubNode(relay, "one");
            first.opened(1);
            int port = first.port();
            first.close();
            assertThat(node.closeCode()).isEqualTo(GOING_AWAY);
            await().until(() -> second.relays.size() == 1 && relay.isConnected());
            var again = new StubNode(relay, "one");
            second.opened(1);

            try (var back = new FakeControl(port)) {
                await().atMost(BACK_WITHIN).until(() -> back.relays.size() == 1);
                assertThat(again.closeCode()).isEqualTo(GOING_AWAY);
                await().until(relay::isConnected);
                var atLast = new StubNode(relay, "one");
                back.opened(1);
                List.of(node, again, atLast).forEach(StubNode::close);
            }
        } finally {
            first.close();
        }
    }
}
