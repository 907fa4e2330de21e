package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.Api;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/// `cress up` and the fleet that it runs, started more than once on one data folder.
@Timeout(120)
class UpCommandTest {
    @TempDir private Path folder;

    @Test
    void deploysHelloAfterAFirstStartThatFailed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var up = up("--port", Integer.toString(taken.getLocalPort()))) {
            assertThat(up.exitCode()).isEqualTo(ExitCode.ERROR);
        }
        try (var up = up("--port", "0")) {
            String said = up.awaitReady();
            assertThat(said).contains("curl -H 'Host: hello.localhost'");
            assertThat(RawHttp.get(port(said), "/", "Host: hello.localhost")).contains("200 OK");
        }
    }

    @Test
    void namesNoFunctionThatIsNotThere() throws Exception {
        try (var up = up("--port", "0", "--empty")) {
            assertThat(up.awaitReady()).doesNotContain("hello");
        }
    }

    private static int port(String output) {
        String line = output.lines().filter(l -> l.startsWith("router ")).findFirst().orElseThrow();
        return URI.create(line.substring(line.indexOf("http://"), line.indexOf(" ("))).getPort();
    }

    private CressProcess up(String... options) throws Exception {
        return CressProcess.start(
                folder, List.of("up", "--nodes", "1", "--control-port", "0"), options);
    }

    @Test
    void leavesNoTokenBehindWhenItStartsAgain() {
        int before = startAndCountTokens();
        assertThat(startAndCountTokens()).isEqualTo(before);
    }

    private int startAndCountTokens() {
        try (Fleet fleet = Fleet.start(Fleet.Setup.forTest(folder))) {
            return fleet.client().tokens().size();
        }
    }

    @Test
    void nodesComeBackToAControlPlaneThatWasStartedAgain() {
        try (Fleet fleet = Fleet.start(Fleet.Setup.forTest(folder))) {
            await().atMost(20, SECONDS).until(fleet::isReady);
            fleet.stopControlPlane();
            fleet.startControlPlane();
            await().atMost(20, SECONDS)
                    .untilAsserted(
                            () ->
                                    assertThat(fleet.client().status().nodes())
                                            .hasSize(2)
                                            .allMatch(Api.NodeStatus::connected));
        }
    }
}
