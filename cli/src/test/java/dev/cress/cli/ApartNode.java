package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.node.EdgeNode;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.wasm.WasmHost;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// A node in this process that shares nothing with its control plane but a line: it has a host and
/// images of its own, as on a machine of its own.
final class ApartNode implements AutoCloseable {
    private static final NodeLimits LIMITS = NodeLimits.DEFAULT.withWarmUp(Duration.ofMillis(50));

    final WasmHost host;
    final EdgeNode node;
    private boolean closed;

    ApartNode(Path data, URI control, String join) {
        host = WasmHost.forAnybodysModules(data.resolve("images"));
        var config =
                new NodeConfig(
                        "fra-1",
                        "fra",
                        50.1,
                        8.7,
                        control,
                        join,
                        data,
                        "localhost",
                        "127.0.0.1",
                        0,
                        0,
                        Optional.empty(),
                        LIMITS);
        node = EdgeNode.start(config, host);
    }

    String get(String function, String path) throws IOException {
        return RawHttp.get(node.port(), path, "Host: " + function + ".localhost");
    }

    void assertImages(int taken, int built) {
        assertThat(host.imagesTaken()).as("taken").isEqualTo(taken);
        assertThat(host.imagesBuilt()).as("built").isEqualTo(built);
    }

    /// Images that weren't what they were said to be, and other forgeries.
    double forged() throws IOException {
        String metrics = RawHttp.get(node.adminPort(), "/metrics", "Host: localhost");
        String line =
                metrics.lines()
                        .filter(each -> each.startsWith("cress_control_forged_total "))
                        .findFirst()
                        .orElseThrow();
        return Double.parseDouble(line.substring(line.indexOf(' ') + 1));
    }

    /// The second call does nothing.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            node.close();
            host.close();
        }
    }
}
