package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cress.node.config.NodeConfig.NodeLimits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;

/// What `--bind` means for the addresses that are printed and registered.
@Timeout(60)
class BindTest {
    @TempDir private Path folder;

    private Fleet fleet(String bind) {
        var regions = Fleet.Setup.REGIONS.subList(0, 1);
        return Fleet.start(
                new Fleet.Setup(folder, 0, 0, regions, "localhost", bind, NodeLimits.DEFAULT));
    }

    private static void assertListens(URI url) throws IOException {
        try (var socket = new Socket(InetAddress.getByName(url.getHost()), url.getPort())) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void theRouterIsWhereItListensAndTheNodesStayOnLoopback() throws IOException {
        try (Fleet fleet = fleet("127.0.0.2")) {
            assertThat(fleet.routerUrl().getHost()).isEqualTo("127.0.0.2");
            assertListens(fleet.routerUrl());
            assertThat(fleet.nodes().values())
                    .allSatisfy(node -> assertThat(node.url().getHost()).isEqualTo("127.0.0.1"));
        }
    }

    @Test
    void aRouterOnAllAddressesIsReachedOnLoopback() throws IOException {
        try (Fleet fleet = fleet("0.0.0.0")) {
            assertThat(fleet.routerUrl().getHost()).isEqualTo("127.0.0.1");
            assertListens(fleet.routerUrl());
        }
    }

    @Test
    void anAddressOfIpVersion6IsInBrackets() throws IOException {
        assumeThat(NetworkInterface.getByInetAddress(InetAddress.ofLiteral("::1"))).isNotNull();
        try (Fleet fleet = fleet("::1")) {
            assertThat(fleet.routerUrl().getHost()).isEqualTo("[::1]");
            assertListens(fleet.routerUrl());
        }
    }

    @Test
    void aNodeOnAllAddressesMustSayHowRoutersReachIt() {
        Cli node =
                Cli.run(
                        "run",
                        "node",
                        "--region=fra",
                        "--join=token",
                        "--data=" + folder,
                        "--bind=0.0.0.0");
        assertThat(node.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(node.err())
                .contains(
                        "node fra-1 listens on all addresses (--bind 0.0.0.0): say with --advertise"
                                + " URL by which one routers reach it");
    }
}
