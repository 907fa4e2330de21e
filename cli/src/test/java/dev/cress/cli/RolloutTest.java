package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.cli.Wire.Answer;
import dev.cress.contract.Json;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Rollouts by a plan on real nodes with real traffic: good versions go on by themselves, bad ones
/// go back by themselves.
@Timeout(300)
@Order(1)
class RolloutTest {
    private static final Duration WITHIN = Duration.ofSeconds(90);
    private static final int PER_SECOND = 200;

    private static final String GOOD =
            "export default { fetch(request) { return new Response('good\\n'); } }";

    /// As it is but at `/bad`.
    private static final String AT_BAD =
            """
            export default { fetch(request) {
              if (new URL(request.url).pathname === '/bad') { %s }
              return new Response('good\\n');
            } }
            """;

    private static final String FAILS = AT_BAD.formatted("throw new Error('bad');");
    private static final String DAWDLES =
            AT_BAD.formatted("for (let i = 0, n = 0; i < 300000; i++) { n += i % 7; }");

    @TempDir private static Path folder;
    private static LocalFleet fleet;

    @BeforeAll
    static void start() throws IOException {
        fleet = new LocalFleet(folder.resolve("fleet"));
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static void deploy(String function, String script, String... options)
            throws IOException {
        Path file = Files.writeString(folder.resolve(function + ".js"), script);
        var all = new ArrayList<Object>(List.of(function, file));
        all.addAll(List.of(options));
        fleet.deploy(all.toArray());
    }

    /// One request of ten goes where a version may be bad.
    private static OpenLoop load(String function) {
        int port = fleet.fleet.routerUrl().getPort();
        return OpenLoop.start(
                port, function, n -> n % 10 == 0 ? "/bad" : "/", PER_SECOND, 1_000, 1, 2);
    }

    private static JsonNode rollout(String function) {
        Cli versions = fleet.cress("versions", function, "-o", "json");
        assertThat(versions.exitCode()).as(versions.err()).isZero();
        try {
            return Json.LENIENT.readTree(versions.out()).path("rollout");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String awaitEnd(String function, String state) {
        await().atMost(WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(
                        () ->
                                assertThat(rollout(function).path("state").asText())
                                        .isEqualTo(state));
        return rollout(function).path("reason").asText();
    }

    private static String version(String function, String from, String key) throws IOException {
        try (Wire wire = fleet.wire()) {
            Answer answer =
                    wire.get(
                            "/",
                            "Host: " + function + ".localhost",
                            "X-Forwarded-For: " + from,
                            "X-Cress-Affinity: " + key);
            return answer.header("x-cress-version");
        }
    }

    private static void everybodyHas(String function, String version) {
        await().atMost(WITHIN)
                .untilAsserted(
                        () -> {
                            for (int key = 0; key < 50; key++) {
                                String from = key % 2 == 0 ? Load.IN_GERMANY : Load.IN_THE_US;
                                assertThat(version(function, from, "k" + key)).isEqualTo(version);
                            }
                        });
    }

    @Test
    void aVersionThatFailsOneOfTenGoesBackByItself() throws IOException {
        deploy("fails", GOOD);
        try (var load = load("fails")) {
            deploy("fails", FAILS, "--progressive", "50%", "--bake", "1h");
            assertThat(rollout("fails").path("state").asText()).isNotEqualTo("done");
            String reason = awaitEnd("fails", "rolled-back");
            assertThat(reason).containsPattern("\\d+\\.\\d\\d % of \\d+ requests failed, 0.00 %");
            everybodyHas("fails", "1");
            assertThat(load.answered()).isPositive();
            assertThat(fleet.cress("versions", "fails").out())
                    .contains("rollout of version 2: rolled-back, step 1 of 2", reason);
            assertThat(fleet.cress("status").out()).contains(reason);
            assertThat(fleet.cress("audit", "-n", "3").out()).contains("rollout rollback", reason);
            assertThat(
                            fleet.metricsOfTheControlPlane()
                                    .count("cress_control_rollouts_total{what=\"rollback\"}"))
                    .isPositive();
        }
    }

    @Test
    void aVersionWhoseSlowestAreSlowerGoesBackByItself() throws IOException {
        deploy("slow", GOOD);
        try (var load = load("slow")) {
            deploy("slow", DAWDLES, "--progressive", "50%", "--bake", "1h");
            String reason = awaitEnd("slow", "rolled-back");
            assertThat(reason).contains("99 of 100 of");
            everybodyHas("slow", "1");
            assertThat(load.answered()).isPositive();
        }
    }

    @Test
    void whatIsHeldKeepsItsShare() throws IOException {
        deploy("held", GOOD);
        try (var load = load("held")) {
            deploy("held", FAILS, "--progressive", "50%", "--bake", "1h", "--on-worse", "hold");
            assertThat(awaitEnd("held", "held")).contains("requests failed");
            assertThat(fleet.cress("versions", "held").out()).contains("50%");
            assertThat(load.answered()).isPositive();
        }
    }

    /// Of the region that a wave has reached the stable version has nothing left: it is compared
    /// with what it had there before.
    @Test
    void aBadVersionGoesBackFromItsFirstWave() throws IOException {
        deploy("wave", GOOD);
        try (var load = load("wave")) {
            await().atMost(WITHIN).until(() -> load.answered() > 1_500);
            deploy("wave", FAILS, "--waves", "fra", "--bake", "1h");
            awaitEnd("wave", "rolled-back");
            everybodyHas("wave", "1");
        }
    }

    @Test
    void fewRequestsDecideNothingAndTheRolloutGoesOn() throws IOException {
        deploy("few", GOOD);
        deploy("few", FAILS, "--progressive", "50%", "--bake", "4s");
        try (Wire wire = fleet.wire()) {
            for (int i = 0; i < 200; i++) {
                wire.get("/bad", "Host: few.localhost", "X-Cress-Affinity: k" + i);
            }
        }
        awaitEnd("few", "done");
        everybodyHas("few", "2");
    }

    @Test
    void aWaveReachesItsRegionAndNoOtherUntilItsTimeIsOver() throws IOException {
        deploy("waves", GOOD);
        deploy("waves", GOOD + "// two", "--waves", "fra", "--bake", "1h");
        for (int key = 0; key < 20; key++) {
            assertThat(version("waves", Load.IN_GERMANY, "k" + key)).isEqualTo("2");
            assertThat(version("waves", Load.IN_THE_US, "k" + key)).isEqualTo("1");
        }
        assertThat(fleet.cress("versions", "waves").out())
                .contains("100% in fra", "100% elsewhere", "running, step 1 of 2 (100 % in fra)");
        assertThat(fleet.cress("promote", "waves").exitCode()).isZero();
        everybodyHas("waves", "2");
        assertThat(rollout("waves").path("state").asText()).isEqualTo("replaced");
        deploy("waves", GOOD + "// three", "--waves", "fra,iad", "--bake", "1s");
        awaitEnd("waves", "done");
        everybodyHas("waves", "3");
        assertThat(rollout("waves").path("step").asInt()).isEqualTo(3);
    }
}
