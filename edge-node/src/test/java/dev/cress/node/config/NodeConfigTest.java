package dev.cress.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.node.config.NodeConfig.NodeLimits;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

class NodeConfigTest {
    private static final URI CONTROL = URI.create("http://127.0.0.1:7070");
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void defaultsAreThese() {
        assertThat(NodeLimits.DEFAULT)
                .isEqualTo(
                        new NodeLimits(
                                128,
                                128,
                                Duration.ofSeconds(5),
                                104_857_600,
                                8_192,
                                65_536,
                                104_857_600,
                                65_536,
                                65_536,
                                Duration.ofSeconds(50),
                                Duration.ofSeconds(50),
                                2_146_435_072,
                                134_217_728,
                                20_000,
                                Duration.ofSeconds(75),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(2)));
    }

    @Test
    void whatIsWrongIsNamed() {
        refused(() -> config("../x", "fra", 0, "t", 0, 0, "http://a:1"), "node name '../x'");
        refused(() -> config("a", "f r a", 0, "t", 0, 0, "http://a:1"), "region 'f r a'");
        refused(() -> config("a", "fra", 91, "t", 0, 0, "http://a:1"), "91.0,0.0 is out of range");
        refused(() -> config("a", "fra", 0, " ", 0, 0, "http://a:1"), "pass --join TOKEN");
        refused(
                () -> config("a", "fra", 0, "t", 65_536, 0, "http://a:1"),
                "port is 65536: from 0 to 65535");
        refused(
                () -> config("a", "fra", 0, "t", 0, -1, "http://a:1"),
                "admin port is -1: from 0 to 65535");
        refused(
                () -> config("a", "fra", 0, "t", 0, 0, "a:1"),
                "--advertise 'a:1' is no URL like http://HOST:PORT");
    }

    @Test
    void limitsThatCanNotBeKeptAreNamed() {
        refused(() -> limits(0, SECOND, SECOND, SECOND), "guestThreads is 0: at least 1");
        refused(
                () -> limits(1, Duration.ofSeconds(6), SECOND, Duration.ofSeconds(75)),
                "queueWait is PT6S: from 1 ms to PT5S");
        refused(
                () -> limits(1, SECOND, Duration.ofSeconds(51), Duration.ofSeconds(75)),
                "wall is PT51S: from 1 ms to PT50S");
        refused(
                () -> limits(1, SECOND, Duration.ofSeconds(9), Duration.ofSeconds(10)),
                "idle is PT10S: it must be longer than queueWait and wall together, PT10S");
    }

    private static NodeConfig config(
            String name,
            String region,
            double latitude,
            String token,
            int port,
            int adminPort,
            String advertise) {
        return new NodeConfig(
                name,
                region,
                latitude,
                0,
                CONTROL,
                token,
                Path.of("data"),
                "localhost",
                "127.0.0.1",
                port,
                adminPort,
                Optional.of(URI.create(advertise)),
                NodeLimits.DEFAULT);
    }

    private static NodeLimits limits(
            int guestThreads, Duration queueWait, Duration wall, Duration idle) {
        return new NodeLimits(
                guestThreads,
                1,
                queueWait,
                1,
                1,
                1,
                1,
                1,
                1,
                SECOND,
                wall,
                1,
                1,
                1,
                idle,
                SECOND,
                SECOND);
    }

    private static void refused(Runnable what, String message) {
        assertThatThrownBy(what::run)
                .isInstanceOf(NodeException.class)
                .hasMessageContaining(message);
    }
}
