package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.NewDeployment;
import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.Outcomes;
import dev.cress.contract.Position;
import dev.cress.contract.RolloutPlan;
import dev.cress.contract.RolloutPlan.Margin;
import dev.cress.contract.RolloutPlan.OnWorse;
import dev.cress.contract.RolloutPlan.Step;
import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Rollouts of two servers that share a PostgreSQL database: one of them drives, what nodes of both
/// say counts, and when the one that drives is gone the other goes on.
@Timeout(120)
@Order(1)
class RolloutDriverTest {
    private static final FunctionName HELLO = new FunctionName("hello");
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final int MANY = 100_000;

    private final String url = Engine.freshUrl();
    private Plane one;
    private Plane other;

    @BeforeEach
    void start(@TempDir Path folder) {
        one = Plane.start(folder.resolve("one"), config -> config.withStore(url));
        other = Plane.start(folder.resolve("other"), config -> config.withStore(url));
        one.deployed("hello", 1);
        one.version("hello", 2);
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    private static RolloutPlan plan(Duration bake, OnWorse onWorse) {
        return new RolloutPlan(
                List.of(new Step(List.of(), 100), new Step(List.of(), 5_000), Step.ALL),
                bake.toMillis(),
                Margin.DEFAULT,
                onWorse);
    }

    private Deployed begin(RolloutPlan plan) {
        Reply reply =
                one.post(
                        "/v1/functions/hello/deployments",
                        Json.write(new NewDeployment(2, null, plan)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.as(Deployed.class);
    }

    private static String rollout(Plane plane, String key) {
        return plane.get("/v1/functions/hello").json().at("/rollout/" + key).asText();
    }

    /// Serves whatever it is told to.
    private static void serve(FakeNode node) {
        List<Delta> told = node.all(Delta.class);
        if (!told.isEmpty()) {
            int deployment = told.getLast().changed().getFirst().deployment().id();
            node.send(new NodeFrame.Serving(HELLO, deployment));
        }
    }

    private static NodeFrame counted(Deployed deployed, int version, int requests, int errors) {
        var outcomes = new Outcomes(requests, errors, Map.of(40, (long) requests));
        int rollout = deployed.deployment().rollout();
        int id = deployed.deployment().id();
        return new Demand(
                List.of(), List.of(new Demand.Tally(HELLO, rollout, id, version, outcomes)));
    }

    private String driver() throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "SELECT holder FROM lease WHERE name = 'rollouts' AND holder <>"
                                        + " ''")) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    @Test
    void whenTheServerThatDrivesIsGoneTheOtherGoesOn() throws SQLException {
        try (var there = other.node("iad-1")) {
            there.awaitRevision(1);
            begin(plan(Duration.ofSeconds(2), OnWorse.ROLLBACK));
            there.awaitRevision(2);
            await().atMost(WITHIN).until(() -> !driver().isEmpty());
            String first = driver();
            assertThat(rollout(other, "step")).isEqualTo("1");
            one.close();
            await().atMost(WITHIN)
                    .until(
                            () -> {
                                serve(there);
                                return rollout(other, "state").equals("done");
                            });
            assertThat(other.get("/v1/functions/hello").json().at("/deployment/shares").toString())
                    .isEqualTo("[{\"version\":2,\"basis_points\":10000}]");
            assertThat(there.position().revision()).isEqualTo(4);
            assertThat(first).isNotEmpty();
        }
    }

    /// A server that was killed says nothing: its lease runs out by the database's clock.
    @Test
    void aLeaseOfAServerThatFellSilentRunsOut() throws SQLException {
        try (var there = other.node("iad-1");
                var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            there.awaitRevision(1);
            statement.execute(
                    """
                    INSERT INTO lease (name, holder, token, expires_ms) VALUES ('rollouts', 'ghost',
                      7, extract(epoch FROM clock_timestamp()) * 1000 + 4000)\
                    """);
            begin(plan(Duration.ZERO, OnWorse.ROLLBACK));
            await().atMost(WITHIN)
                    .until(
                            () -> {
                                serve(there);
                                return rollout(other, "state").equals("done");
                            });
            assertThat(driver()).isNotEqualTo("ghost");
        }
    }

    @Test
    void aStepWaitsForEveryConnectedNodeAndItsTime() {
        try (var here = one.node("fra-1");
                var there = other.node("iad-1")) {
            there.awaitRevision(1);
            begin(plan(Duration.ofSeconds(1), OnWorse.ROLLBACK));
            there.awaitRevision(2);
            here.awaitRevision(2);
            serve(here);
            await().during(Duration.ofSeconds(4)).until(() -> rollout(one, "step").equals("1"));
            serve(there);
            await().atMost(WITHIN).until(() -> rollout(one, "step").equals("2"));
        }
    }

    @Test
    void whatNodesOfBothCountIsAddedUp() {
        try (var here = one.node("fra-1");
                var there = other.node("iad-1")) {
            there.awaitRevision(1);
            var deployed = begin(plan(Duration.ofHours(1), OnWorse.ROLLBACK));
            there.awaitRevision(2);
            here.awaitRevision(2);
            here.send(counted(deployed, 1, MANY, 0));
            here.send(counted(deployed, 2, 300, 30));
            await().during(Duration.ofSeconds(4))
                    .until(() -> rollout(one, "state").equals("running"));
            there.send(counted(deployed, 2, 300, 30));
            await().atMost(WITHIN).until(() -> rollout(one, "state").equals("rolled-back"));
            assertThat(rollout(other, "reason"))
                    .isEqualTo(
                            "10.00 % of 600 requests failed, 0.00 % of 100000 of the stable"
                                    + " version");
            there.awaitRevision(3);
            assertThat(there.all(Delta.class).getLast().changed().getFirst().deployment().reason())
                    .contains("10.00 %");
        }
    }

    @Test
    void aNodeOfTheBuildBeforeKeepsWavesWaiting() {
        try (var old = FakeNode.silent(one.control, one.control.issueToken("old", "join"))) {
            old.acks = true;
            old.send(
                    new NodeFrame.Hello(
                            NodeFrame.PROTO,
                            FakeNode.info("old-1"),
                            Position.NOWHERE,
                            0,
                            true,
                            false));
            old.awaitRevision(1);
            var wave =
                    new RolloutPlan(
                            List.of(new Step(List.of("fra"), 10_000), Step.ALL),
                            0L,
                            Margin.DEFAULT,
                            OnWorse.ROLLBACK);
            int id = begin(wave).deployment().id();
            old.awaitRevision(2);
            serve(old);
            var deployment = old.all(Delta.class).getLast().changed().getFirst().deployment();
            assertThat(deployment.shares())
                    .as("what it serves, as it takes itself for elsewhere")
                    .extracting(share -> share.version())
                    .containsExactly(1);
            for (Plane plane : List.of(one, other)) {
                String path = "/v1/functions/hello/rollout?deployment=" + id;
                await().atMost(WITHIN)
                        .until(() -> plane.get(path).text().contains("knows of no waves"));
            }
            await().during(Duration.ofSeconds(3)).until(() -> rollout(one, "step").equals("1"));
        }
    }

    @Test
    void aPlanThatCanNotBeIsRefused() {
        for (String steps :
                List.of(
                        "[]",
                        "[{\"basis_points\":5000}]",
                        "[{\"basis_points\":5000},{\"basis_points\":100},{\"basis_points\":10000}]",
                        "[{\"regions\":[\"fra\"],\"basis_points\":10000},{\"regions\":[\"iad\"],\"basis_points\":10000},{\"basis_points\":10000}]")) {
            Reply reply =
                    one.post(
                            "/v1/functions/hello/deployments",
                            "{\"version\":2,\"rollout\":{\"steps\":%s}}".formatted(steps));
            assertThat(reply.code()).as(steps).isEqualTo("invalid-rollout");
        }
        Reply both =
                one.post(
                        "/v1/functions/hello/deployments",
                        "{\"version\":2,\"basis_points\":100,\"rollout\":{\"steps\":[{\"basis_points\":10000}]}}");
        assertThat(both.code()).isEqualTo("invalid-rollout");
    }
}
