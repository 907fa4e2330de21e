package dev.cress.router;

import static dev.cress.router.House.eventually;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// What its operator sees, and how it stops.
class AdminTest {
    private final House house;
    private final FakeNode near;

    AdminTest(@TempDir Path data) {
        house = new House(data);
        near = house.frankfurt();
        house.ashburn();
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    @Test
    void healthTellsOfTheFleet() {
        house.open();
        assertThat(house.health())
                .isEqualTo(
                        "{\"status\":\"ok\",\"control_connected\":true,\"nodes\":2,\"ready\":2}");
    }

    @Test
    void metricsTellOfRequests() {
        house.open();
        near.behaviour = request -> request.response().putHeader("x-cress-function", "shop").end();
        house.get("/", House.GERMAN);
        near.behaviour = FakeNode::crash;
        house.get("/", House.GERMAN);
        eventually()
                .untilAsserted(
                        () ->
                                assertThat(house.admin("/metrics"))
                                        .contains(
                                                "cress_router_requests_total{node=\"fra\",outcome=\"ok\",region=\"fra\",status=\"2xx\"}"
                                                    + " 1.0",
                                                "cress_router_requests_total{node=\"iad\",outcome=\"retried\",region=\"iad\",status=\"2xx\"}"
                                                    + " 1.0",
                                                "cress_router_function_requests_total{function=\"shop\",status=\"2xx\"}"
                                                    + " 1.0",
                                                "cress_router_retries_total 1.0",
                                                "cress_router_retries_denied_total 0.0",
                                                "cress_router_nodes{state=\"ready\"} 1.0",
                                                "cress_router_nodes{state=\"aside\"} 1.0",
                                                "cress_router_control_connected 1.0",
                                                "cress_router_decision_seconds_count 2",
                                                "cress_router_upstream_seconds_count{node=\"fra\",region=\"fra\"}"
                                                    + " 1"));
    }

    @Test
    void functionNamesDoNotGrowWithoutEnd() {
        var metrics = new RouterMetrics(() -> FleetView.EMPTY, () -> true);
        for (int i = 0; i < 1_500; i++) {
            metrics.function("f" + i, 200);
        }
        assertThat(metrics.scrape())
                .contains("cress_router_function_requests_total{function=\"f999\"")
                .contains(
                        "cress_router_function_requests_total{function=\"other\",status=\"2xx\"}"
                                + " 500.0")
                .doesNotContain("f1000\"");
    }

    @Test
    void strangersFindNothingElse() {
        house.open();
        assertThat(house.admin("/elsewhere")).isEmpty();
        assertThat(house.get("/metrics", House.GERMAN).body()).isEmpty();
    }

    @Test
    void stopsOnlyAfterWhatIsInFlightEnded() {
        house.open();
        var release = new AtomicBoolean();
        near.behaviour =
                request ->
                        house.vertx.setPeriodic(
                                10,
                                timer -> {
                                    if (release.get()) {
                                        house.vertx.cancelTimer(timer);
                                        request.response().end("done");
                                    }
                                });
        int port = house.router().port();
        var answer =
                house.http.sendAsync(
                        house.request("/").header("x-forwarded-for", House.GERMAN).build(),
                        BodyHandlers.ofString());
        eventually().until(() -> !near.seen.isEmpty());
        var stopped = CompletableFuture.runAsync(house::closeRouter);
        eventually().until(() -> refuses(port));
        assertThat(answer).isNotDone();
        release.set(true);
        assertThat(answer.join().body()).isEqualTo("done");
        stopped.join();
    }

    private static boolean refuses(int port) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return !socket.isConnected();
        } catch (ConnectException e) {
            return true;
        }
    }
}
