package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.contract.Api.Rollout;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.ControlFrame.Drain;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.Position;
import dev.cress.contract.Route;
import dev.cress.contract.StagingState;
import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/// Two servers that share a PostgreSQL database are one control plane.
@Timeout(60)
class SharedStoreTest {
    private static final FunctionName HELLO = new FunctionName("hello");

    private final String url = Engine.freshUrl();
    private Plane one;
    private Plane other;

    @BeforeEach
    void start(@TempDir Path folder) {
        one = Plane.start(folder.resolve("one"), config -> config.withStore(url));
        other = Plane.start(folder.resolve("other"), config -> config.withStore(url));
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    private void change(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isConnected(Plane plane, String node) {
        for (JsonNode item : plane.get("/v1/nodes").json().path("items")) {
            if (item.at("/node/name").asText().equals(node)) {
                return item.path("connected").asBoolean();
            }
        }
        return false;
    }

    @Test
    void whatOneDeploysTheNodesOfTheOtherHearInOrder() {
        try (var here = one.node("fra-1");
                var there = other.node("iad-1")) {
            for (int i = 1; i <= 4; i++) {
                (i % 2 == 0 ? one : other).deployed("hello-" + i, i);
            }
            here.awaitRevision(4);
            there.awaitRevision(4);
            assertThat(there.position()).isEqualTo(here.position());
            assertThat(one.get("/v1/functions").text())
                    .isEqualTo(other.get("/v1/functions").text());
        }
    }

    @Test
    void aChangeThatIsSentToBothAtOnceIsMadeOnce() {
        one.deployed("hello", 1);
        one.deployed("hello", 2);
        var answers =
                Stream.of(one, other)
                        .map(
                                plane ->
                                        plane.request("/v1/functions/hello/rollback")
                                                .header("authorization", "Bearer " + one.operator)
                                                .header("idempotency-key", "a")
                                                .POST(BodyPublishers.noBody())
                                                .build())
                        .map(request -> one.client().sendAsync(request, BodyHandlers.ofString()))
                        .toList();
        assertThat(answers)
                .extracting(answer -> answer.join().body())
                .containsOnly(answers.getFirst().join().body());
        assertThat(answers).extracting(answer -> answer.join().statusCode()).containsOnly(200);
        assertThat(one.get("/v1/functions/hello/deployments").json().path("items")).hasSize(3);
    }

    @Test
    void aRouteThatOneGaveTheOtherDoesNotGiveAgain() {
        var route = new Route("example.com", "/");
        one.deployed("hello", 1, route);
        int version = other.version("thief", 2, route);
        Reply refused = other.postDeployment("thief", version, 10_000);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("route-taken", "hello");
    }

    @Test
    void connectionsThatBreakAreMadeAnewAndWhatWasNotAnnouncedIsMadeUpFor() throws SQLException {
        try (var there = other.node("iad-1")) {
            change(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()\
                    """);
            one.deployed("hello", 1);
            there.awaitRevision(1);
            assertThat(other.deployed("hello", 2).revision()).isEqualTo(2);
        }
    }

    @Test
    void aRolloutIsWaitedForOnTheNodesOfAll() {
        try (var here = one.node("fra-1");
                var there = other.node("iad-1")) {
            await().until(() -> isConnected(one, "iad-1") && isConnected(other, "fra-1"));
            int deployment = one.deployed("hello", 1).deployment().id();
            String path = "/v1/functions/hello/rollout?deployment=" + deployment;
            var waiting =
                    CompletableFuture.supplyAsync(
                            () -> one.get(path + "&wait_ms=20000").as(Rollout.class));
            here.send(new NodeFrame.Serving(HELLO, deployment));
            await().until(() -> one.get(path).text().contains("serving"));
            assertThat(one.get(path).text()).contains("pending");
            there.awaitRevision(1);
            there.send(new NodeFrame.Staging(HELLO, 1, StagingState.FAILED, "no memory"));
            assertThat(waiting.join().nodes())
                    .extracting(node -> node.node() + " " + node.state() + " " + node.reason())
                    .containsExactly("fra-1 serving ", "iad-1 failed version 1: no memory");
            there.send(new NodeFrame.Serving(HELLO, deployment));
            await().until(() -> !one.get(path).text().contains("failed"));
        }
    }

    @Test
    void statusSaysTheSameOnBoth() {
        one.deployed("hello", 1);
        try (var here = one.node("fra-1");
                var there = other.node("iad-1");
                var _ = FakeNode.router(other.control)) {
            here.awaitRevision(1);
            there.awaitRevision(1);
            there.send(new NodeFrame.Staging(HELLO, 1, StagingState.STAGED, ""));
            there.send(new NodeFrame.Draining());
            await().untilAsserted(
                            () -> {
                                var status = one.get("/v1/status").json();
                                assertThat(status.at("/routers_connected").asInt()).isEqualTo(1);
                                var node = status.at("/nodes/1");
                                assertThat(node.at("/node/name").asText()).isEqualTo("iad-1");
                                assertThat(node.at("/connected").asBoolean()).isTrue();
                                assertThat(node.at("/draining").asBoolean()).isTrue();
                                assertThat(node.at("/revision").asInt()).isEqualTo(1);
                                assertThat(node.at("/versions/0/state").asText())
                                        .isEqualTo("staged");
                            });
        }
    }

    private static String relayOf(Plane plane, String node) {
        for (JsonNode item : plane.get("/v1/nodes").json().path("items")) {
            if (item.at("/node/name").asText().equals(node) && item.path("connected").asBoolean()) {
                return item.path("relay").asText();
            }
        }
        return "offline";
    }

    @Test
    void eachSaysBehindWhichRelayANodeOfTheOtherIs() throws SQLException {
        try (var relay = FakeRelay.connect(other.control, "r1")) {
            relay.node(1, "iad-1", other.token("join"));
            await().untilAsserted(() -> assertThat(relayOf(one, "iad-1")).isEqualTo("r1"));
        }
        try (var _ = other.node("iad-1")) {
            await().untilAsserted(() -> assertThat(relayOf(one, "iad-1")).isEmpty());
        }
        await().until(() -> relayOf(one, "iad-1").equals("offline"));
        // As a server of the build before takes the node over, which knows no relays.
        change(
                """
                UPDATE node_relay SET session = 1 WHERE node = 'iad-1';
                UPDATE head SET number = number + 1 WHERE name = 'nodes';
                INSERT INTO server (id, seen_ms, routers)
                VALUES ('before', extract(epoch FROM clock_timestamp()) * 1000, 0);
                UPDATE node SET server = 'before', session = 1,
                  changed = (SELECT number FROM head WHERE name = 'nodes') WHERE name = 'iad-1';
                NOTIFY cress, 'before'\
                """);
        await().untilAsserted(() -> assertThat(relayOf(one, "iad-1")).isEmpty());
    }

    @Test
    void aNodeOfTheOtherIsToldToDrainAndWhatTimeItHasIsKnown() {
        try (var there = FakeNode.silent(other.control, other.control.issueToken("iad", "join"))) {
            long clockMs = System.currentTimeMillis() - 45_000;
            there.send(
                    new NodeFrame.Hello(
                            NodeFrame.PROTO, FakeNode.info("iad-1"), Position.NOWHERE, clockMs));
            await().until(() -> isConnected(one, "iad-1"));
            assertThat(one.get("/v1/status").json().at("/nodes/0/clock_skew_ms").asLong())
                    .isBetween(-60_000L, -45_000L);
            assertThat(one.post("/v1/nodes/iad-1/drain", "").status()).isEqualTo(202);
            there.first(Drain.class);
        }
        await().until(() -> !isConnected(one, "iad-1"));
        assertThat(one.post("/v1/nodes/iad-1/drain", "").code()).isEqualTo("node-offline");
        assertThat(one.post("/v1/nodes/none/drain", "").code()).isEqualTo("unknown-node");
    }

    @Test
    void routersAreToldOfTheNodesOfAll() {
        try (var router = FakeNode.router(one.control);
                var _ = other.node("iad-1")) {
            await().until(
                            () ->
                                    !router.all(Directory.class).isEmpty()
                                            && router
                                                    .all(Directory.class)
                                                    .getLast()
                                                    .nodes()
                                                    .stream()
                                                    .anyMatch(
                                                            entry ->
                                                                    entry.node()
                                                                                    .name()
                                                                                    .equals("iad-1")
                                                                            && entry.connected()));
        }
    }

    @Test
    void aNodeThatComesToTheOtherLeavesTheFirst() {
        try (var first = one.node("fra-1")) {
            await().until(() -> isConnected(other, "fra-1"));
            try (var second = other.node("fra-1")) {
                assertThat(first.closeCode()).isEqualTo(4409);
                one.deployed("hello", 1);
                second.awaitRevision(1);
                assertThat(isConnected(one, "fra-1")).isTrue();
                assertThat(one.get("/v1/nodes").json().path("items")).hasSize(1);
            }
            await().until(() -> !isConnected(one, "fra-1"));
        }
    }

    @Test
    void aTokenOfOneIsATokenOfTheOtherUntilItIsRevoked() {
        Reply created = one.post("/v1/tokens", "{\"name\":\"ci\",\"scope\":\"join\"}");
        var token = created.as(TokenCreated.class);
        await().until(() -> other.getAs(token.token(), "/v1/sync/node").status() == 426);
        try (var there = FakeNode.silent(other.control, token.token())) {
            there.hello("iad-1", Position.NOWHERE);
            one.delete("/v1/tokens/" + token.info().id());
            assertThat(there.closeCode()).isEqualTo(4401);
        }
        await().until(() -> other.getAs(token.token(), "/v1/sync/node").status() == 401);
    }

    @Test
    void theOperatorTokenOfEachServesBoth() {
        await().until(() -> one.getAs(other.operator, "/v1/status").status() == 200);
        assertThat(other.getAs(one.operator, "/v1/status").status()).isEqualTo(200);
    }

    @Test
    void whatIsUploadedToOneIsFetchedFromTheOther() {
        var module = one.module(1);
        assertThat(other.get("/v1/modules/" + module).status()).isEqualTo(200);
    }

    @Test
    void whatIsPushedToOneIsPulledFromTheOtherButAnUploadIsOfOne() {
        var here = Registry.of(one);
        var there = Registry.of(other);
        byte[] module = MagicPreparer.module(1, 3_000);
        String upload = here.begin("hello");
        Reply elsewhere = there.send("PUT", upload + "?digest=" + Registry.digest(module), module);
        assertThat(Registry.error(elsewhere)).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        here.send("PUT", upload + "?digest=" + Registry.digest(module), module);
        there.pushBlob("hello", Registry.EMPTY);
        byte[] manifest = Registry.manifest(Registry.layer(Registry.WASM, module));
        Reply pushed = there.pushManifest("hello", "v1", manifest);
        assertThat(pushed.status()).as(pushed.text()).isEqualTo(201);
        assertThat(here.send("GET", "/v2/hello/manifests/v1").text())
                .isEqualTo(new String(manifest, UTF_8));
    }

    @Test
    void nodesOfAServerThatFellSilentAreOfflineByTheDatabasesClock() throws SQLException {
        var ghost = Json.write(FakeNode.info("sin-1"));
        change(
                """
                INSERT INTO server (id, seen_ms, routers)
                VALUES ('ghost', extract(epoch FROM clock_timestamp()) * 1000 - 2000, 0);
                UPDATE head SET number = number + 1 WHERE name = 'nodes';
                INSERT INTO node
                SELECT 'sin-1', '%s', 0, 0, 'ghost', 1, 0, number FROM head WHERE name = 'nodes';
                NOTIFY cress, 'ghost'\
                """
                        .formatted(ghost));
        await().until(() -> isConnected(one, "sin-1") && isConnected(other, "sin-1"));
        change(
                "UPDATE server SET seen_ms = seen_ms - 10000 WHERE id = 'ghost'; NOTIFY cress,"
                        + " 'it'");
        await().until(() -> !isConnected(one, "sin-1") && !isConnected(other, "sin-1"));
        assertThat(one.get("/v1/nodes").text()).contains("sin-1");
    }

    @Test
    void nodesOfAServerThatStopsAreOfflineAtOnceAndMayBeForgotten() {
        try (var _ = other.node("iad-1")) {
            await().until(() -> isConnected(one, "iad-1"));
            assertThat(one.delete("/v1/nodes/iad-1").status()).isEqualTo(409);
            other.close();
            await().until(() -> !isConnected(one, "iad-1"));
        }
        assertThat(one.delete("/v1/nodes/iad-1").status()).isEqualTo(204);
        assertThat(one.get("/v1/nodes").json().path("items")).isEmpty();
    }

    @Test
    void aLogThatWasReplacedIsFollowedFromItsBeginning() throws SQLException {
        one.deployed("hello", 1);
        try (var node = other.node("iad-1")) {
            node.awaitRevision(1);
            change(
                    "UPDATE setting SET value = 'restored' WHERE name = 'epoch'; NOTIFY cress,"
                            + " 'it'");
            assertThat(node.closeCode()).isEqualTo(1001);
            try (var again = FakeNode.connect(other.control, "iad-1", node.position(), true)) {
                again.awaitRevision(1);
                assertThat(again.position().epoch()).isEqualTo("restored");
            }
        }
        assertThat(other.get("/metrics").text()).contains("cress_control_alarms_total 1.0");
    }
}
