package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.Rollout;
import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Moved;
import dev.cress.contract.ControlFrame.Placements;
import dev.cress.contract.ControlFrame.Secrets;
import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Grants;
import dev.cress.contract.Manifest;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Placement;
import dev.cress.contract.Position;
import dev.cress.contract.Route;
import dev.cress.contract.StagingState;
import dev.cress.contract.TenantName;
import dev.cress.identity.Recipient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Who hears what of functions that aren't everywhere, and when what they leave is over.
@Timeout(90)
class PlacementTest {
    private static final Duration WITHIN = Duration.ofSeconds(15);
    private static final Name KEY = new Name(TenantName.DEFAULT, "API_KEY");
    private static final FunctionName SHOP = new FunctionName("shop");

    private final List<FakeNode> opened = new ArrayList<>();
    @TempDir private Path folder;
    private Plane plane;
    private FakeNode router;

    @BeforeEach
    void start() {
        plane = Plane.start(folder.resolve("plane"));
        router = FakeNode.router(plane.control);
        opened.add(router);
        router.first(Placements.class);
    }

    @AfterEach
    void stop() {
        opened.forEach(FakeNode::close);
        plane.close();
    }

    private FakeNode node(String name, String region, boolean placements) {
        var node = FakeNode.silent(plane.control, plane.control.issueToken(name, "join"));
        opened.add(node);
        node.acks = true;
        var recipient = Recipient.open(folder.resolve(name));
        var info = new NodeInfo(name, region, 0, 0, "http://127.0.0.1:1", "test");
        node.send(
                new NodeFrame.Hello(
                        NodeFrame.PROTO,
                        info,
                        Position.NOWHERE,
                        0,
                        true,
                        true,
                        recipient.publicKey(),
                        placements));
        node.first(ControlFrame.Welcome.class);
        return node;
    }

    private FakeNode node(String name, String region) {
        return node(name, region, true);
    }

    private void set(String name, String value) {
        var request = plane.authorised("/v1/secrets/" + name);
        Reply reply = plane.send(request.PUT(BodyPublishers.ofString(value)).build());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private static Manifest manifest(List<String> secrets, List<String> regions) {
        return Plane.manifest(new Route("shop.example", "/*"))
                .with(new Grants(List.of(), secrets, List.of()))
                .with(new Placement(regions));
    }

    private void deploy(int seed, List<String> secrets, String... regions) {
        Reply reply =
                plane.release(
                        "shop", plane.module(seed), manifest(secrets, List.of(regions)), 10_000);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private Rollout rollout(int waitMs) {
        return plane.get("/v1/functions/shop/rollout?wait_ms=" + waitMs).as(Rollout.class);
    }

    /// What a node was told and not to forget.
    private static Set<Name> has(FakeNode node) {
        Set<Name> has = new HashSet<>();
        for (Secrets frame : node.all(Secrets.class)) {
            if (frame.whole()) {
                has.clear();
            }
            frame.removed().forEach(has::remove);
            frame.values().forEach(value -> has.add(value.secret()));
        }
        return has;
    }

    /// The same, as whoever removes the node is told.
    private List<String> held(String node) throws SQLException {
        var names = new ArrayList<String>();
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + folder.resolve("plane/store.db"));
                var select =
                        connection.prepareStatement(
                                "SELECT name FROM secret_held WHERE node = ?")) {
            select.setString(1, node);
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
        }
        return names;
    }

    /// Where routers find `shop`.
    private List<String> routed() {
        return router.all(Placements.class).getLast().functions().stream()
                .filter(placed -> placed.function().equals(SHOP))
                .findFirst()
                .map(Placements.Placed::regions)
                .orElse(List.of());
    }

    private static void serves(FakeNode node, int deployment) {
        node.send(new NodeFrame.Serving(SHOP, deployment));
    }

    @Test
    void aRolloutIsOfTheNodesOfThePlacementOnly() {
        var fra = node("fra-1", "fra");
        node("iad-1", "iad");
        deploy(1, List.of(), "fra", "syd");
        Rollout pending = rollout(0);
        assertThat(pending.nodes()).extracting(Rollout.OnNode::node).containsExactly("fra-1");
        assertThat(pending.regions()).containsExactly("fra", "syd");
        assertThat(pending.unknownRegions()).containsExactly("syd");
        serves(fra, 1);
        assertThat(rollout(10_000).nodes())
                .extracting(Rollout.OnNode::state)
                .containsExactly("serving");
        deploy(2, List.of());
        assertThat(rollout(0).nodes()).hasSize(2);
        assertThat(plane.get("/v1/functions/shop/rollout").text()).doesNotContain("regions");
    }

    @Test
    void whatANodeSaysOfVersionsThatItNeedNotHaveIsLeftAside() {
        var iad = node("iad-1", "iad", false);
        deploy(1, List.of(), "fra");
        iad.awaitRevision(1);
        var staging = StagingState.FAILED;
        iad.send(new NodeFrame.Staging(SHOP, 1, staging, "needn't"));
        iad.send(new NodeFrame.Draining());
        await().atMost(WITHIN)
                .until(() -> plane.get("/v1/nodes").text().contains("\"draining\":true"));
        assertThat(plane.get("/v1/nodes").text()).doesNotContain("needn't");
    }

    @Test
    void aSecretIsToldWhereItIsNeededOnlyAlsoToNodesOfTheBuildBefore() throws Exception {
        set("API_KEY", "for fra");
        var fra = node("fra-1", "fra");
        var iad = node("iad-1", "iad");
        var old = node("iad-2", "iad", false);
        deploy(1, List.of("API_KEY"), "fra");
        await().atMost(WITHIN).until(() -> has(fra).contains(KEY));
        var late = node("iad-3", "iad");
        set("EVERYWHERE", "for all");
        var manifest =
                Plane.manifest(new Route("all.example", "/*"))
                        .with(new Grants(List.of(), List.of("EVERYWHERE"), List.of()));
        plane.release("all", plane.module(2), manifest, 10_000);
        var all = new Name(TenantName.DEFAULT, "EVERYWHERE");
        for (FakeNode node : List.of(iad, old, late)) {
            await().atMost(WITHIN).until(() -> !has(node).isEmpty());
            set("API_KEY", "another value");
            assertThat(has(node)).containsExactly(all);
            assertThat(node.all(Secrets.class))
                    .flatExtracting(Secrets::values)
                    .extracting(value -> value.secret())
                    .containsOnly(all);
        }
        await().atMost(WITHIN).until(() -> held("fra-1").size() == 2);
        assertThat(held("iad-1")).containsExactly("EVERYWHERE");
    }

    @Test
    void whatAFunctionLeavesGoesOnUntilItServesElsewhere() throws Exception {
        set("API_KEY", "value");
        var fra = node("fra-1", "fra");
        var iad = node("iad-1", "iad");
        var old = node("fra-2", "fra", false);
        deploy(1, List.of("API_KEY"), "fra");
        serves(fra, 1);
        serves(old, 1);
        await().atMost(WITHIN).until(() -> routed().equals(List.of("fra")));
        await().atMost(WITHIN).until(() -> held("fra-1").equals(List.of("API_KEY")));

        deploy(2, List.of("API_KEY"), "iad");
        await().atMost(WITHIN).until(() -> has(iad).contains(KEY));
        iad.awaitRevision(2);
        assertThat(routed()).as("nobody else serves it").containsExactly("fra");
        assertThat(has(fra)).contains(KEY);
        assertThat(fra.all(Moved.class)).isEmpty();

        long then = System.nanoTime();
        serves(iad, 2);
        await().atMost(WITHIN).until(() -> routed().equals(List.of("iad")));
        boolean moved = !fra.all(Moved.class).isEmpty();
        if (System.nanoTime() - then < Duration.ofSeconds(2).toNanos()) {
            assertThat(moved).as("while requests are on their way").isFalse();
        }
        assertThat(fra.first(Moved.class)).isEqualTo(new Moved(SHOP, 2));
        await().atMost(WITHIN).until(() -> has(fra).isEmpty());
        await().atMost(WITHIN).until(() -> held("fra-1").isEmpty());
        assertThat(fra.signed).anyMatch(frame -> frame.frame().contains("\"moved\""));
        assertThat(old.all(Moved.class)).as("it knows no such frame").isEmpty();
        assertThat(has(iad)).contains(KEY);
        serves(fra, 0);
        assertThat(rollout(0).nodes()).extracting(Rollout.OnNode::node).containsExactly("iad-1");
    }

    @Test
    void aRestartInBetweenTakesNothingFromWhoServesOn() throws Exception {
        set("API_KEY", "value");
        var fra = node("fra-1", "fra");
        deploy(1, List.of("API_KEY"), "fra");
        serves(fra, 1);
        await().atMost(WITHIN).until(() -> held("fra-1").equals(List.of("API_KEY")));
        deploy(2, List.of("API_KEY"), "iad");
        fra.awaitRevision(2);
        fra.close();
        router.close();
        plane.close();
        plane = Plane.start(folder.resolve("plane"));
        var again = node("fra-1", "fra");
        var other = node("fra-2", "fra");
        serves(again, 1);
        await().atMost(WITHIN).until(() -> has(again).contains(KEY));
        other.first(Secrets.class);
        assertThat(has(other)).as("it never served it").isEmpty();
        var iad = node("iad-1", "iad");
        serves(iad, 2);
        again.first(Moved.class);
        await().atMost(WITHIN).until(() -> has(again).isEmpty());
        await().atMost(WITHIN).until(() -> held("fra-1").isEmpty());
    }

    @Test
    void whoComesBackWithWhatHasMovedIsToldSo() {
        var iad = node("iad-1", "iad");
        deploy(1, List.of(), "fra");
        deploy(2, List.of(), "iad");
        serves(iad, 2);
        await().atMost(WITHIN).until(() -> routed().equals(List.of("iad")));
        var early = node("fra-1", "fra");
        serves(early, 1);
        early.first(Moved.class);
        var late = node("fra-2", "fra");
        serves(late, 1);
        assertThat(late.first(Moved.class)).isEqualTo(new Moved(SHOP, 2));
    }

    @Test
    void routersHearOfRoutesThatMayBeMoreExact() {
        assertThat(routed()).isEmpty();
        var wide = Plane.manifest(new Route("*.shops.example", "/*"));
        plane.release("wide", plane.module(1), wide.with(new Placement(List.of("fra"))), 10_000);
        plane.deployed("exact", 2, new Route("one.shops.example", "/*"));
        plane.deployed("other", 3, new Route("other.example", "/*"));
        await().atMost(WITHIN)
                .untilAsserted(
                        () ->
                                assertThat(router.all(Placements.class).getLast().functions())
                                        .extracting(
                                                placed -> placed.function().value(),
                                                Placements.Placed::regions)
                                        .containsExactly(
                                                tuple("wide", List.of("fra")),
                                                tuple("exact", List.of())));
    }

    @Test
    void aFunctionThatIsEverywhereAgainIsNoneThatRoutersHearOf() {
        var fra = node("fra-1", "fra");
        var iad = node("iad-1", "iad");
        deploy(1, List.of(), "fra");
        serves(fra, 1);
        await().atMost(WITHIN).until(() -> routed().equals(List.of("fra")));
        deploy(2, List.of());
        serves(fra, 2);
        iad.awaitRevision(2);
        assertThat(routed()).as("nobody serves it in iad yet").containsExactly("fra");
        serves(iad, 2);
        await().atMost(WITHIN).until(() -> routed().isEmpty());
    }
}
