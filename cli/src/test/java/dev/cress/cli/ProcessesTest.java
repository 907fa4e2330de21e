package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/// Four separate processes as a fleet has them, killed without warning and started again.
@Order(Integer.MAX_VALUE - 4)
class ProcessesTest {
    @TempDir private Path folder;
    private FourProcesses fleet;

    @BeforeEach
    void startAFleet() throws Exception {
        fleet = new FourProcesses(folder);
    }

    @AfterEach
    void endEveryProcess() throws InterruptedException {
        fleet.kill();
    }

    private String answer(String function, String from) throws IOException {
        return RawHttp.get(
                fleet.router.port(),
                "/",
                "Host: " + function + ".localhost",
                "X-Forwarded-For: " + from);
    }

    private void everythingIsServed() {
        await().atMost(20, SECONDS)
                .untilAsserted(
                        () -> {
                            assertThat(answer("hello", "46.4.0.1"))
                                    .contains("200 OK", "Hello from fra");
                            assertThat(answer("hello", "3.80.0.1"))
                                    .contains("200 OK", "Hello from iad");
                            assertThat(answer("markdown", "46.4.0.1")).contains("200 OK");
                        });
    }

    @Test
    void whatWasDeployedIsServedAfterEachPartWasKilledInTurn() throws Exception {
        fleet.deploy("hello");
        fleet.deploy("markdown");
        everythingIsServed();

        fleet.control.kill();
        everythingIsServed();
        fleet.control.startAgain();

        fleet.fra.kill();
        for (int i = 0; i < 20; i++) {
            assertThat(answer("hello", "46.4.0.1")).contains("200 OK", "Hello from iad");
        }
        fleet.fra.startAgain();
        everythingIsServed();

        fleet.iad.kill();
        fleet.iad.startAgain();
        everythingIsServed();

        fleet.router.kill();
        fleet.router.startAgain();
        everythingIsServed();

        fleet.deploy("avatar");
        Cli status = fleet.cress("status", "-o", "json");
        assertThat(status.out()).contains("\"hello\"", "\"markdown\"", "\"avatar\"");
    }

    @Test
    void aNodeServesAfterItsOwnRestartWithoutAControlPlane() throws Exception {
        fleet.deploy("hello");
        fleet.deploy("markdown");
        fleet.control.kill();
        fleet.fra.kill();
        fleet.iad.kill();
        fleet.fra.startAgain();
        fleet.iad.startAgain();
        everythingIsServed();
    }
}
