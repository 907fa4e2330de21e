package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Limits;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

class RouterConfigTest {
    private static final URI CONTROL = URI.create("http://127.0.0.1:7070");
    private final RouterConfig config = RouterConfig.of(CONTROL, "token", Path.of("data"));

    @Test
    void defaultsAreThese() {
        assertThat(config.bind()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.adminBind()).isEqualTo("127.0.0.1");
        assertThat(config.adminPort()).isZero();
        assertThat(config.trustedPeers()).containsExactly("127.0.0.0/8", "::1/128");
        assertThat(config.locationTable()).isEmpty();
        assertThat(config.clients())
                .isEqualTo(
                        new RouterConfig.Clients(
                                10_000,
                                8_192,
                                65_536,
                                Duration.ofSeconds(90),
                                Duration.ofSeconds(10)));
        assertThat(config.upstream())
                .isEqualTo(
                        new RouterConfig.Upstream(
                                512,
                                1_024,
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(60),
                                5,
                                16_384));
        assertThat(config.health())
                .isEqualTo(
                        new RouterConfig.Health(
                                Duration.ofSeconds(1),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(5)));
        assertThat(config.retries()).isEqualTo(new RouterConfig.Retries(10, 100));
    }

    @Test
    void aNodeIsWaitedForLongerThanAnyFunctionMayTake() {
        assertThat(RouterConfig.Upstream.DEFAULT.responseHeadTimeout())
                .isGreaterThan(Duration.ofMillis(Limits.QUEUE_MS_MAX + Limits.WALL_MS_MAX));
    }

    @Test
    void whatIsWrongIsNamed() {
        refused(() -> config.withListen("::1", 65_536), "port is 65536: from 0 to 65535");
        refused(() -> config.withAdmin("::1", -1), "admin port is -1: from 0 to 65535");
        refused(() -> config.withTrustedPeers(List.of("home")), "trusted peer 'home'");
        refused(() -> config.withEventLoops(0), "eventLoops is 0: at least 1");
        refused(() -> config.withRetries(new RouterConfig.Retries(-1, 0)), "at least 0 each");
        refused(
                () -> RouterConfig.of(CONTROL, " ", Path.of("data")),
                "the join token is empty: pass --join TOKEN");
        refused(
                () -> RouterConfig.of(URI.create("localhost:7070"), "t", Path.of("data")),
                "control plane 'localhost:7070' is no URL like http://HOST:PORT");
        refused(
                () -> new RouterConfig.Health(Duration.ZERO, Duration.ZERO, Duration.ZERO),
                "interval is PT0S: from 1 ms to 24 days");
        refused(
                () ->
                        config.withClients(
                                new RouterConfig.Clients(
                                        1, 1, 1, Duration.ofSeconds(60), Duration.ofSeconds(1))),
                "idleTimeout is PT1M: it must be longer than responseHeadTimeout, PT1M");
    }

    private static void refused(Runnable what, String message) {
        assertThatThrownBy(what::run)
                .isInstanceOf(RouterException.class)
                .hasMessageContaining(message);
    }
}
