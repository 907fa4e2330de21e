package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.cli.Wire.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A node that is told to stop takes leave: nobody who asks through the router notices.
class DrainTest {
    @TempDir private static Path folder;
    private static LocalFleet house;

    @BeforeAll
    static void startAFleet() throws IOException {
        house = new LocalFleet(folder);
        house.deploy("hello", LocalFleet.module("hello"));
    }

    @AfterAll
    static void stopTheFleet() {
        house.close();
    }

    @Test
    void noClientNoticesThatOneNodeAfterTheOtherIsStoppedAndStarted() {
        try (var load = Load.start(house.fleet.routerUrl().getPort(), Load::hello)) {
            load.awaitEach(20);
            for (String node : new String[] {"fra-1", "iad-1"}) {
                house.fleet.stopNode(node);
                load.awaitEach(50);
                house.fleet.startNode(node);
                load.awaitFrom(node, 50);
            }
            load.endedWell();
        }
    }

    @Test
    void aRequestThatRunsWhileItsNodeDrainsIsAnsweredInFull() throws Exception {
        house.awaitServing("fra-1", Load.IN_GERMANY);
        var fra = house.node("fra-1");
        URI health = URI.create("http://127.0.0.1:%d/health".formatted(fra.adminPort()));
        try (Wire slow = house.wire();
                Wire other = house.wire()) {
            var held = new HeldRequest(slow, "hello", Load.IN_GERMANY);
            await().atMost(LocalFleet.SOON)
                    .until(() -> house.metricsOf("fra-1").count("cress_guests_running") == 1);

            var stopped = CompletableFuture.runAsync(() -> house.fleet.stopNode("fra-1"));
            await().atMost(LocalFleet.SOON).until(() -> house.get(health).equals("draining"));
            Answer elsewhere = Load.getHello(other, 0, Load.IN_GERMANY, "meanwhile");
            assertThat(elsewhere.node()).isEqualTo("iad-1");
            assertThat(stopped).isNotDone();

            Answer answer = held.release();
            assertThat(answer.node()).isEqualTo("fra-1");
            stopped.get(LocalFleet.SOON.toSeconds(), TimeUnit.SECONDS);
        }
        house.fleet.startNode("fra-1");
        house.awaitServing("fra-1", Load.IN_GERMANY);
    }
}
