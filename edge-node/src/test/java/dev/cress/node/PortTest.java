package dev.cress.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeException;
import dev.cress.wasm.WasmHost;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where a node listens, and what it says when it can't.
class PortTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:9");

    private final WasmHost host = WasmHost.withHalfTheHeap();
    private final Path data;

    PortTest(@TempDir Path data) {
        this.data = data;
    }

    @AfterEach
    void close() {
        host.close();
    }

    private EdgeNode start(String bind, int port, int adminPort) {
        var config =
                new NodeConfig(
                        "fra-1",
                        "fra",
                        50.1,
                        8.7,
                        NOBODY,
                        "token",
                        data,
                        "localhost",
                        bind,
                        port,
                        adminPort,
                        Optional.empty(),
                        RunningNode.LIMITS);
        return EdgeNode.start(config, host);
    }

    private int portOfARun(int wanted) {
        try (EdgeNode node = start("127.0.0.1", wanted, 0)) {
            return node.port();
        }
    }

    private static ServerSocket take(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void aNodeTakesThePortAgainThatItHad() {
        int before = portOfARun(0);
        assertThat(portOfARun(0)).isEqualTo(before);
        assertThat(portOfARun(0)).isEqualTo(before);
    }

    @Test
    void aNodeWhosePortIsTakenMeanwhileServesAtAnother() throws IOException {
        int before = portOfARun(0);
        int now;
        try (ServerSocket _ = take(before)) {
            now = portOfARun(0);
            assertThat(now).isNotEqualTo(before);
        }
        assertThat(portOfARun(0)).isEqualTo(now);
    }

    @Test
    void aPortThatIsToldCountsMoreThanTheOneBefore() throws IOException {
        int before = portOfARun(0);
        int told;
        try (ServerSocket free = take(0)) {
            told = free.getLocalPort();
        }
        assertThat(told).isNotEqualTo(before);
        assertThat(portOfARun(told)).isEqualTo(told);
    }

    @Test
    void aPortFileThatIsNoPortIsPassedOver() throws IOException {
        Files.writeString(data.resolve("port"), "99999999999\n");
        assertThat(portOfARun(0)).isPositive();
        Files.writeString(data.resolve("port"), "99999");
        assertThat(portOfARun(0)).isPositive();
    }

    @Test
    void aTakenPortIsNamedWithItsOption() throws IOException {
        try (ServerSocket taken = take(0)) {
            int port = taken.getLocalPort();
            refused(
                    () -> start("127.0.0.1", port, 0),
                    "port %d is taken on 127.0.0.1: choose another with --port".formatted(port));
            refused(
                    () -> start("127.0.0.1", 0, port),
                    "port %d is taken on 127.0.0.1: choose another with --admin-port"
                            .formatted(port));
        }
    }

    @Test
    void anAddressThatIsNotOursIsNoTakenPort() {
        assertThatThrownBy(() -> start("192.0.2.1", 0, 0))
                .isInstanceOf(NodeException.class)
                .hasMessageStartingWith("can't listen on 192.0.2.1:0")
                .hasMessageNotContaining("taken");
        refused(
                () -> start("no.such.host.invalid", 0, 0),
                "'no.such.host.invalid' is no address of this machine: choose another with --bind");
    }

    private static void refused(Runnable start, String message) {
        assertThatThrownBy(start::run).isInstanceOf(NodeException.class).hasMessage(message);
    }
}
