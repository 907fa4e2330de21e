package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.cli.Wire.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What router, nodes and control plane count of requests that are known one by one.
class MetricsTest {
    private static final int HELLO = 7;
    private static final int OK = 5;
    private static final int TRAP = 3;
    private static final int SPIN = 2;
    private static final int STRANGERS = 60;

    @TempDir private static Path folder;
    private static LocalFleet house;

    @BeforeAll
    static void startAFleet() throws IOException {
        house = new LocalFleet(folder);
        house.deploy("hello", LocalFleet.module("hello"));
        // a guest that spins comes last for the CPU: beside other tests that takes its time
        Path manifest = folder.resolve("runaway.toml");
        Files.writeString(
                manifest,
                """
                name = "runaway"
                module = "%s"
                [limits]
                cpu_ms = 300
                wall_ms = 50000
                """
                        .formatted(LocalFleet.module("runaway")));
        house.deploy(manifest);
        ask(HELLO, "hello", "/", Load.IN_GERMANY, 200);
        ask(OK, "runaway", "/ok", Load.IN_GERMANY, 200);
        ask(TRAP, "runaway", "/trap", Load.IN_GERMANY, 500);
        ask(SPIN, "runaway", "/spin", Load.IN_GERMANY, 503);
        ask(1, "runaway", "/ok", Load.IN_THE_US, 200);
    }

    @AfterAll
    static void stopTheFleet() {
        house.close();
    }

    private static void ask(int times, String function, String path, String from, int status)
            throws IOException {
        try (Wire wire = house.wire()) {
            for (int i = 0; i < times; i++) {
                Answer answer = wire.get(path, Load.headers(function, from, "counted-" + i));
                assertThat(answer.status()).as(answer.text()).isEqualTo(status);
            }
        }
    }

    /// Of a node, by function, outcome and status.
    private static String requests(String function, String outcome, String status) {
        return "cress_requests_total{function=\"%s\",outcome=\"%s\",status=\"%s\"}"
                .formatted(function, outcome, status);
    }

    private static void counts(Metrics metrics, String series, long expected) {
        assertThat(metrics.count(series)).as(series).isEqualTo(expected);
    }

    @Test
    void aNodeCountsByFunctionAndOutcome() {
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () -> {
                            Metrics fra = house.metricsOf("fra-1");
                            counts(fra, requests("hello", "ok", "2xx"), HELLO);
                            counts(fra, requests("runaway", "ok", "2xx"), OK);
                            counts(fra, requests("runaway", "guest-trap", "5xx"), TRAP);
                            counts(fra, requests("runaway", "cpu-limit", "5xx"), SPIN);
                            assertThat(fra.sum("cress_requests_total"))
                                    .isEqualTo(HELLO + OK + TRAP + SPIN);
                            Metrics iad = house.metricsOf("iad-1");
                            counts(iad, requests("runaway", "ok", "2xx"), 1);
                            assertThat(iad.sum("cress_requests_total")).isEqualTo(1);
                        });
    }

    @Test
    void aNodeMeasuresEveryRunOnce() {
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () -> {
                            Metrics fra = house.metricsOf("fra-1");
                            for (String what :
                                    new String[] {
                                        "cress_isolate_start_seconds",
                                        "cress_guest_time_seconds",
                                        "cress_guest_cpu_seconds"
                                    }) {
                                assertThat(fra.types()).containsEntry(what, "histogram");
                                counts(fra, what + "_count{function=\"hello\"}", HELLO);
                                counts(
                                        fra,
                                        what + "_count{function=\"runaway\"}",
                                        OK + TRAP + SPIN);
                            }
                            assertThat(
                                            fra.samples()
                                                    .get(
                                                            "cress_guest_cpu_seconds_sum"
                                                                    + "{function=\"runaway\"}"))
                                    .as("two guests used up 300 ms")
                                    .isGreaterThan(0.6);
                        });
    }

    @Test
    void aNodeAtRestRunsAndKeepsNothing() {
        for (String node : new String[] {"fra-1", "iad-1"}) {
            await().atMost(LocalFleet.SOON)
                    .untilAsserted(
                            () -> {
                                Metrics metrics = house.metricsOf(node);
                                for (String gauge :
                                        new String[] {
                                            "cress_guests_running",
                                            "cress_guests_queued",
                                            "cress_requests_in_flight",
                                            "cress_bodies_buffered_bytes"
                                        }) {
                                    assertThat(metrics.types()).containsEntry(gauge, "gauge");
                                    assertThat(metrics.samples()).containsEntry(gauge, 0.0);
                                }
                                assertThat(metrics.samples())
                                        .containsEntry("cress_control_connected", 1.0);
                            });
        }
    }

    @Test
    void theRouterCountsByFunctionAndByNode() {
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () -> {
                            Metrics router = house.metricsOfTheRouter();
                            counts(router, answered("hello", "2xx"), HELLO);
                            counts(router, answered("runaway", "2xx"), OK + 1);
                            counts(router, answered("runaway", "5xx"), TRAP + SPIN);
                            assertThat(router.sum("cress_router_function_requests_total"))
                                    .isEqualTo(HELLO + OK + TRAP + SPIN + 1);
                            counts(
                                    router,
                                    "cress_router_requests_total{node=\"fra-1\",outcome=\"ok\",region=\"fra\",status=\"5xx\"}",
                                    TRAP + SPIN);
                            counts(
                                    router,
                                    "cress_router_requests_total{node=\"iad-1\",outcome=\"ok\",region=\"iad\",status=\"2xx\"}",
                                    1);
                            counts(router, "cress_router_retries_total", 0);
                            counts(router, "cress_router_nodes{state=\"ready\"}", 2);
                            assertThat(router.sum("cress_router_upstream_seconds_count"))
                                    .as("every answer, also to who asked for nobody")
                                    .isEqualTo(router.sum("cress_router_requests_total"));
                        });
    }

    private static String answered(String function, String status) {
        return "cress_router_function_requests_total{function=\"%s\",status=\"%s\"}"
                .formatted(function, status);
    }

    @Test
    void theControlPlaneCountsByEndpointAndStatus() throws IOException {
        Metrics before = house.metricsOfTheControlPlane();
        for (int i = 0; i < 4; i++) {
            assertThat(house.cress("status").exitCode()).isZero();
        }
        assertThat(house.cress("versions", "nobody").exitCode()).isNotZero();
        String status = called("GET /v1/status", 200);
        String missing = called("GET /v1/functions/{}", 404);
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () -> {
                            Metrics after = house.metricsOfTheControlPlane();
                            assertThat(after.count(status) - before.count(status)).isEqualTo(4);
                            assertThat(after.count(missing) - before.count(missing)).isEqualTo(1);
                            counts(
                                    after,
                                    "cress_control_preparations_seconds_count{outcome=\"accepted\"}",
                                    2);
                            counts(after, "cress_control_nodes_connected", 2);
                        });
    }

    private static String called(String endpoint, int status) {
        return "cress_control_requests_seconds_count{endpoint=\"%s\",status=\"%d\"}"
                .formatted(endpoint, status);
    }

    @Test
    void whoeverAsksForNobodyMakesNoSeriesOfTheirOwn() throws IOException {
        askForStrangers(1);
        long refused = refusedOfBoth();
        int before = series();
        askForStrangers(STRANGERS);
        await().atMost(LocalFleet.SOON).until(() -> refusedOfBoth() - refused == STRANGERS);
        assertThat(series()).isEqualTo(before);
        for (Metrics metrics : everybodys()) {
            assertThat(metrics.samples().keySet())
                    .noneMatch(series -> series.contains("stranger") || series.contains("nobody"));
        }
    }

    private static void askForStrangers(int count) throws IOException {
        try (Wire wire = house.wire()) {
            for (int i = 0; i < count; i++) {
                String stranger = "stranger-%d-of-%d".formatted(i, count);
                Answer answer =
                        wire.get("/" + stranger, Load.headers(stranger, Load.IN_GERMANY, stranger));
                assertThat(answer.error()).isEqualTo("no-route");
                house.get(house.fleet.controlUrl().resolve("/v1/" + stranger));
            }
        }
    }

    private static long refusedOfBoth() throws IOException {
        String refused = "cress_requests_refused_total{error=\"no-route\"}";
        return house.metricsOf("fra-1").count(refused) + house.metricsOf("iad-1").count(refused);
    }

    private static int series() throws IOException {
        int sum = 0;
        for (Metrics metrics : everybodys()) {
            sum += metrics.samples().size();
        }
        return sum;
    }

    private static Metrics[] everybodys() throws IOException {
        return new Metrics[] {
            house.metricsOf("fra-1"),
            house.metricsOf("iad-1"),
            house.metricsOfTheRouter(),
            house.metricsOfTheControlPlane()
        };
    }
}
