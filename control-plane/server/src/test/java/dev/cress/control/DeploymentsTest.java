package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.FunctionInfo;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.Deployment;
import dev.cress.contract.Filter;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Version;
import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

@ParameterizedClass
@EnumSource(Engine.class)
class DeploymentsTest {
    @Parameter Engine engine = Engine.SQLITE;

    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder, engine);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private Reply rollback(String body) {
        return plane.post("/v1/functions/hello/rollback", body);
    }

    private FunctionInfo hello() {
        return plane.get("/v1/functions/hello").as(FunctionInfo.class);
    }

    @Test
    void aVersionIsNotADeployment() {
        int version = plane.version("hello", 1);
        assertThat(version).isEqualTo(1);
        assertThat(hello().deployment()).isNull();
        assertThat(hello().versions()).extracting(Version::number).containsExactly(1);
        assertThat(plane.get("/v1/status").json().at("/position/revision").asLong()).isZero();
    }

    @Test
    void theSameModuleAndManifestMakeNoNewVersion() {
        var module = plane.module(1);
        var manifest = Plane.manifest(new Route("example.com", ""));
        assertThat(plane.postVersion("hello", module, manifest).status()).isEqualTo(201);
        Reply again = plane.postVersion("hello", module, manifest);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.as(VersionCreated.class).unchanged()).isTrue();
        assertThat(again.as(VersionCreated.class).version().number()).isEqualTo(1);
        Reply other = plane.postVersion("hello", module, Plane.manifest());
        assertThat(other.as(VersionCreated.class).version().number()).isEqualTo(2);
    }

    @Test
    void aVersionsFiltersAreStoredModulesThatCanBeOnes() {
        Sha256 module = plane.module(1);
        Sha256 filter = plane.module(MagicPreparer.FILTER);
        assertThat(filtered(module, new Filter(filter, 64, Map.of())).status()).isEqualTo(201);

        Reply unknown = filtered(module, new Filter(Sha256.of(new byte[1]), 64, Map.of()));
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.text()).contains("unknown-module");
        Reply shorter = filtered(module, new Filter(filter, 63, Map.of()));
        assertThat(shorter.status()).isEqualTo(400);
        assertThat(shorter.text()).contains("has 64 bytes, not 63");
        Reply other = filtered(module, new Filter(module, 64, Map.of()));
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.text()).contains("is a module of wasi-cgi");
        assertThat(hello().versions()).extracting(Version::number).containsExactly(1);
    }

    private Reply filtered(Sha256 module, Filter filter) {
        return plane.postVersion("hello", module, Plane.manifest().with(List.of(filter)));
    }

    @Test
    void aCanaryTakesItsShareFromTheStableVersionAndKeepsItsSaltWhileItRises() {
        plane.deployed("hello", 1);
        int candidate = plane.version("hello", 2);
        var begun = plane.deploy("hello", candidate, 1_000).deployment();
        assertThat(begun.shares()).containsExactly(new Share(2, 1_000), new Share(1, 9_000));
        assertThat(begun.cause()).isEqualTo("deploy");

        var raised = plane.deploy("hello", candidate, 5_000).deployment();
        assertThat(raised.shares()).containsExactly(new Share(2, 5_000), new Share(1, 5_000));
        assertThat(raised.cause()).isEqualTo("promote");
        assertThat(raised.rollout()).isEqualTo(begun.rollout());

        var lowered = plane.deploy("hello", candidate, 100).deployment();
        assertThat(lowered.rollout()).isEqualTo(lowered.id());

        var promoted = plane.deploy("hello", candidate, 10_000).deployment();
        assertThat(promoted.shares()).containsExactly(new Share(2, 10_000));
        assertThat(promoted.cause()).isEqualTo("promote");
        assertThat(promoted.rollout()).isEqualTo(lowered.rollout());
    }

    @Test
    void theSameDeploymentAgainChangesNothing() {
        var first = plane.deployed("hello", 1);
        Reply again = plane.postDeployment("hello", 1, 10_000);
        assertThat(again.status()).isEqualTo(200);
        var deployed = again.as(Deployed.class);
        assertThat(deployed.unchanged()).isTrue();
        assertThat(deployed.revision()).isEqualTo(first.revision());
        assertThat(deployed.deployment()).isEqualTo(first.deployment());
    }

    @Test
    void aShareNeedsAStableVersionBesideIt() {
        plane.version("hello", 1);
        Reply alone = plane.postDeployment("hello", 1, 1_000);
        assertThat(alone.status()).isEqualTo(409);
        assertThat(alone.code()).isEqualTo("no-stable-version");
        assertThat(alone.detail()).contains("deploy one fully first");

        plane.deploy("hello", 1, 10_000);
        assertThat(plane.postDeployment("hello", 1, 1_000).code()).isEqualTo("invalid-share");
        assertThat(plane.postDeployment("hello", 1, 0).code()).isEqualTo("invalid-share");
        assertThat(plane.postDeployment("hello", 1, 10_001).code()).isEqualTo("invalid-share");
    }

    @Test
    void rollbackGoesToWhatHadAllOfTheTrafficBefore() {
        plane.deployed("hello", 1);
        assertThat(rollback("").code()).isEqualTo("nothing-to-roll-back");
        plane.deployed("hello", 2);
        plane.deploy("hello", plane.version("hello", 3), 1_000);

        var withdrawn = rollback("{}").as(Deployed.class).deployment();
        assertThat(withdrawn.shares()).containsExactly(new Share(2, 10_000));
        assertThat(withdrawn.cause()).isEqualTo("rollback");
        var back = rollback("").as(Deployed.class).deployment();
        assertThat(back.shares()).containsExactly(new Share(1, 10_000));
        var chosen = rollback("{\"version\":3}").as(Deployed.class).deployment();
        assertThat(chosen.shares()).containsExactly(new Share(3, 10_000));
        assertThat(rollback("{\"version\":9}").code()).isEqualTo("unknown-version");
    }

    @Test
    void nodesKeepTheVersionsOfTheLastFiveDeployments() {
        for (int i = 1; i <= 8; i++) {
            plane.deployed("hello", i);
        }
        try (var node = plane.node("fra-1")) {
            var state = node.first(Snapshot.class).functions().getFirst();
            assertThat(state.versions())
                    .extracting(Version::number)
                    .containsExactlyInAnyOrder(8, 7, 6, 5, 4, 3);
        }
    }

    @Test
    void aRouteBelongsToTheFunctionThatServesIt() {
        var route = new Route("shop.example.com", "/cart/*");
        plane.deployed("cart", 1, route);
        int claim = plane.version("thief", 2, new Route("SHOP.example.com", "/cart/*"));
        Reply refused = plane.postDeployment("thief", claim, 10_000);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("route-taken");
        assertThat(refused.detail())
                .isEqualTo("route shop.example.com/cart/* of thief is held by function cart");
        assertThat(plane.get("/v1/functions/thief").as(FunctionInfo.class).deployment()).isNull();

        plane.deployed("cart", 3);
        plane.deploy("thief", claim, 10_000);
        assertThat(plane.post("/v1/functions/cart/rollback", "").code()).isEqualTo("route-taken");
        plane.delete("/v1/functions/thief");
        assertThat(plane.post("/v1/functions/cart/rollback", "").status()).isEqualTo(200);
    }

    @Test
    void aVersionThatCannotBeDeployedAsAskedIsNotKept() {
        var route = new Route("shop.example.com", "/cart/*");
        plane.deployed("cart", 1, route);
        plane.deployed("hello", 2);
        var module = plane.module(3);
        var taken = Plane.manifest(route);

        Reply fresh = plane.release("thief", module, taken, 10_000);
        assertThat(fresh.status()).isEqualTo(409);
        assertThat(fresh.code()).isEqualTo("route-taken");
        assertThat(plane.get("/v1/functions/thief").code()).isEqualTo("unknown-function");

        assertThat(plane.release("hello", module, taken, 10_000).code()).isEqualTo("route-taken");
        assertThat(hello().versions()).extracting(Version::number).containsExactly(1);
        assertThat(plane.release("new", module, Plane.manifest(), 1_000).code())
                .isEqualTo("no-stable-version");
        assertThat(plane.get("/v1/functions").json().path("items")).hasSize(2);
        assertThat(plane.get("/v1/status").json().at("/position/revision").asLong()).isEqualTo(2);
    }

    @Test
    void aVersionIsMadeAndDeployedInOneStep() {
        var module = plane.module(1);
        Reply made = plane.release("hello", module, Plane.manifest(), 10_000);
        assertThat(made.status()).isEqualTo(201);
        assertThat(deployed(made).deployment()).isEqualTo(hello().deployment());
        assertThat(deployed(made).revision()).isEqualTo(1);

        Reply again = plane.release("hello", module, Plane.manifest(), 10_000);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.as(VersionCreated.class).unchanged()).isTrue();
        assertThat(deployed(again).deployment()).isEqualTo(deployed(made).deployment());
    }

    @Test
    void theNewestVersionIsDeployedAgainAfterARollback() {
        plane.deployed("hello", 1);
        plane.deployed("hello", 2);
        assertThat(rollback("").status()).isEqualTo(200);
        Reply back = plane.release("hello", plane.module(2), Plane.manifest(), 10_000);
        assertThat(back.status()).isEqualTo(201);
        assertThat(back.as(VersionCreated.class).unchanged()).isTrue();
        assertThat(deployed(back).deployment().shares()).containsExactly(new Share(2, 10_000));
        assertThat(deployed(back).deployment()).isEqualTo(hello().deployment());
    }

    private static Deployed deployed(Reply reply) {
        return Objects.requireNonNull(reply.as(VersionCreated.class).deployed());
    }

    @Test
    void aRefusedClaimLeavesTheRoutesThatWereHeld() {
        var first = new Route("first.example.com", "/*");
        var second = new Route("second.example.com", "/*");
        plane.deployed("holder", 1, first);
        plane.deployed("thief", 2, second);
        int claim = plane.version("thief", 3, new Route("third.example.com", "/*"), first);
        assertThat(plane.postDeployment("thief", claim, 10_000).code()).isEqualTo("route-taken");

        int later = plane.version("later", 4, second);
        assertThat(plane.postDeployment("later", later, 10_000).detail())
                .isEqualTo("route second.example.com/* of later is held by function thief");
        plane.deployed("third", 5, new Route("third.example.com", "/*"));
    }

    @Test
    void oneOfManyWhoClaimARouteAtOnceWins() {
        int rounds = 50;
        int claimants = 4;
        for (int c = 0; c < claimants; c++) {
            plane.version("claimant" + c, 1);
        }
        var module = plane.module(1);
        for (int round = 0; round < rounds; round++) {
            var route = new Route("round" + round + ".example.com", "/*");
            List<CompletableFuture<Reply>> claims = new ArrayList<>();
            for (int c = 0; c < claimants; c++) {
                String name = "claimant" + c;
                Reply made = plane.postVersion(name, module, Plane.manifest(route));
                int version = made.as(VersionCreated.class).version().number();
                claims.add(
                        CompletableFuture.supplyAsync(
                                () -> plane.postDeployment(name, version, 10_000)));
            }
            var statuses = claims.stream().map(claim -> claim.join().status()).sorted().toList();
            assertThat(statuses).containsExactly(201, 409, 409, 409);
        }
    }

    @Test
    void aDeletedNameGoesOnCounting() {
        plane.deployed("hello", 1);
        plane.deployed("hello", 2);
        Reply deleted = plane.delete("/v1/functions/hello");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.json().path("revision").asLong()).isEqualTo(3);
        assertThat(plane.get("/v1/functions/hello").code()).isEqualTo("unknown-function");
        assertThat(plane.get("/v1/functions").json().path("items")).isEmpty();
        assertThat(plane.delete("/v1/functions/hello").status()).isEqualTo(404);
        assertThat(plane.postDeployment("hello", 2, 10_000).code()).isEqualTo("unknown-function");

        var again = plane.deployed("hello", 1);
        assertThat(again.deployment().shares()).containsExactly(new Share(3, 10_000));
        assertThat(again.deployment().id()).isEqualTo(3);
        assertThat(hello().deployments()).extracting(Deployment::id).containsExactly(3);
    }
}
