package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.NewToken;
import dev.cress.contract.Api.NewVersion;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Follow;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.Position;
import dev.cress.contract.Quota;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;

/// Tenants beside each other in one fleet, and what their quotas let them have.
@ParameterizedClass
@EnumSource(Engine.class)
class TenantsTest {
    @Parameter Engine engine = Engine.SQLITE;

    private Plane plane;
    private String acme;
    private String zeta;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder, engine);
        plane.tenant("acme");
        plane.tenant("zeta");
        acme = plane.tokenOf("acme", "deploy");
        zeta = plane.tokenOf("zeta", "deploy");
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private Reply release(String token, String function, int seed, Route... routes) {
        Sha256 module = plane.uploadAs(token, MagicPreparer.module(seed, 64));
        return plane.postAs(
                token,
                "/v1/functions/" + function + "/versions",
                Json.write(new NewVersion(module, Plane.manifest(routes), 10_000)));
    }

    @Test
    void twoTenantsMayCallAFunctionTheSame() {
        plane.deployed("shop", 1);
        assertThat(release(acme, "shop", 2).as(VersionCreated.class).version().number())
                .isEqualTo(1);
        assertThat(release(zeta, "shop", 3).as(VersionCreated.class).version().number())
                .isEqualTo(1);
        assertThat(release(acme, "shop", 4).as(VersionCreated.class).version().number())
                .isEqualTo(2);
        assertThat(plane.get("/v1/functions").text())
                .contains("\"shop\"", "\"shop.acme\"", "\"shop.zeta\"");
        assertThat(plane.get("/v1/functions/shop?tenant=acme").text())
                .isEqualTo(plane.getAs(acme, "/v1/functions/shop").text())
                .isEqualTo(plane.get("/v1/functions/shop.acme").text());
        assertThat(plane.deleteAs(acme, "/v1/functions/shop").status()).isEqualTo(200);
        assertThat(plane.get("/v1/functions").text())
                .contains("\"shop\"", "\"shop.zeta\"")
                .doesNotContain("acme");
    }

    @Test
    void aRouteIsTakenWithoutAWordOfWhoHasIt() {
        var route = new Route("www.example.com", "/x/*");
        release(acme, "shop", 1, route);
        Reply refused = release(zeta, "front", 2, route);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("route-taken");
        assertThat(refused.detail()).isEqualTo("route www.example.com/x/* of front.zeta is taken");
        assertThat(release(acme, "other", 3, route).detail())
                .isEqualTo("route www.example.com/x/* of other.acme is held by function shop.acme");
    }

    @Test
    void nodesHearWhoseAFunctionIs() {
        release(acme, "shop", 1);
        try (var node = plane.node("fra-1")) {
            assertThat(names(node.first(Snapshot.class).functions())).containsExactly("shop.acme");
            release(zeta, "shop", 2);
            assertThat(names(node.first(Delta.class).changed())).containsExactly("shop.zeta");
        }
    }

    private static List<String> names(List<FunctionState> states) {
        return states.stream().map(state -> state.name().value()).toList();
    }

    /// It would take another tenant's function for one of the tenant `default`.
    @Test
    void aNodeOfTheBuildBeforeGetsWhatIsOfTheDefaultTenant() {
        plane.deployed("shop", 1);
        release(acme, "shop", 2);
        String token = plane.control.issueToken("old-1", "join");
        try (var node = FakeNode.silent(plane.control, token)) {
            node.acks = true;
            node.sendText(
                    Json.write(
                                    new NodeFrame.Hello(
                                            NodeFrame.PROTO,
                                            FakeNode.info("old-1"),
                                            Position.NOWHERE))
                            .replace(",\"tenants\":true", ""));
            node.first(Welcome.class);
            assertThat(names(node.first(Snapshot.class).functions())).containsExactly("shop");
            release(acme, "front", 3);
            var deployed = plane.deployed("front", 4);
            node.awaitRevision(deployed.revision());
            assertThat(node.all(Delta.class).stream().flatMap(d -> d.changed().stream()))
                    .extracting(state -> state.name().value())
                    .containsExactly("front");
            plane.getAs(acme, "/v1/functions/shop/logs");
            plane.get("/v1/functions/shop/logs");
            assertThat(node.all(Follow.class))
                    .extracting(follow -> follow.function().value())
                    .containsExactly("shop");
            assertThat(plane.getAs(acme, "/v1/functions/shop/rollout").text())
                    .contains("failed", "knows of no tenants");
        }
    }

    @Test
    void tokensExpireAndSayWhenTheyWereUsed() {
        var brief =
                plane.post(
                                "/v1/tokens",
                                Json.write(
                                        new NewToken("brief", "read", new TenantName("acme"), 4L)))
                        .as(TokenCreated.class);
        assertThat(brief.info().tenant()).isEqualTo(new TenantName("acme"));
        assertThat(brief.info().lastUsedMs()).isNull();
        assertThat(plane.getAs(brief.token(), "/v1/status").status()).isEqualTo(200);
        await().until(() -> plane.getAs(brief.token(), "/v1/status").status() == 401);
        assertThat(plane.getAs(brief.token(), "/v1/status").detail())
                .startsWith("token brief expired at ");
        assertThat(plane.get("/v1/tokens?tenant=acme").text())
                .contains("\"expires_at_ms\"", "\"last_used_ms\"", "\"tenant\":\"acme\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator", "join", "metrics"})
    void tokensOfTheFleetHaveNoTenant(String scope) {
        Reply refused =
                plane.post(
                        "/v1/tokens",
                        Json.write(new NewToken("t", scope, new TenantName("acme"), null)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.detail())
                .isEqualTo(
                        "a token of scope %s is the fleet's, not tenant acme's".formatted(scope));
    }

    @Test
    void aTokenOfATenantThatIsNotThereIsNotMade() {
        Reply refused =
                plane.post(
                        "/v1/tokens",
                        Json.write(new NewToken("t", "read", new TenantName("nobody"), null)));
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.code()).isEqualTo("unknown-tenant");
    }

    @Test
    void aTenantGoesOnceItsFunctionsHaveAndTakesItsTokensAlong() {
        release(acme, "shop", 1);
        Reply refused = plane.delete("/v1/tenants/acme");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.detail()).isEqualTo("tenant acme has 1 functions: delete them first");
        assertThat(plane.delete("/v1/tenants/default").code()).isEqualTo("tenant-in-use");
        plane.deleteAs(acme, "/v1/functions/shop");
        assertThat(plane.delete("/v1/tenants/acme").status()).isEqualTo(204);
        assertThat(plane.getAs(acme, "/v1/status").status()).isEqualTo(401);
        assertThat(plane.get("/v1/tenants").text()).doesNotContain("acme");
        assertThat(plane.get("/v1/functions?tenant=acme").status()).isEqualTo(404);
        plane.tenant("acme");
        String again = plane.tokenOf("acme", "deploy");
        assertThat(plane.getAs(again, "/v1/modules").text()).isEqualTo("{\"items\":[]}");
        assertThat(release(again, "shop", 1).as(VersionCreated.class).version().number())
                .isEqualTo(2);
    }

    private void quota(Quota quota) {
        assertThat(plane.put("/v1/tenants/acme/quota", Json.write(quota)).status()).isEqualTo(200);
    }

    @Test
    void aTenantHasNoMoreFunctionsThanItsQuota() {
        quota(new Quota(1, null, null, null));
        release(acme, "shop", 1);
        Reply refused = release(acme, "front", 2);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("quota-exceeded");
        assertThat(refused.detail())
                .isEqualTo("quota functions of tenant acme: it has 1, at most 1");
        assertThat(refused.json().path("limit").asText()).isEqualTo("1");
        assertThat(release(acme, "shop", 3).status()).isEqualTo(201);
        assertThat(release(zeta, "front", 4).status()).isEqualTo(201);
        plane.deleteAs(acme, "/v1/functions/shop");
        assertThat(release(acme, "front", 5).status()).isEqualTo(201);
        assertThat(plane.getAs(acme, "/v1/tenants/acme").text()).contains("\"functions\":1}");
    }

    @Test
    void aTenantStoresNoMoreThanItsQuota() {
        quota(new Quota(null, 100L, null, null));
        plane.uploadAs(acme, MagicPreparer.module(1, 64));
        plane.uploadAs(acme, MagicPreparer.module(1, 64));
        Reply refused =
                plane.postAs(
                        acme,
                        "/v1/modules",
                        BodyPublishers.ofByteArray(MagicPreparer.module(2, 64)));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.detail())
                .isEqualTo("quota storage of tenant acme: it has 64 + 64 bytes, at most 100 bytes");
        plane.uploadAs(acme, MagicPreparer.module(3, 36));
        plane.uploadAs(zeta, MagicPreparer.module(2, 64));
        assertThat(plane.get("/v1/tenants/acme").text()).contains("\"storage_bytes\":100");
    }

    @Test
    void pagesOfATenantsListAreItsOwn() {
        for (String name : List.of("a", "b", "c")) {
            release(acme, name, name.charAt(0));
            release(zeta, name, name.charAt(0));
        }
        Reply first = plane.get("/v1/functions?limit=2&tenant=acme");
        String link = first.headers().firstValue("link").orElseThrow();
        assertThat(link).contains("tenant=acme");
        Reply second = plane.get(link.substring(1, link.indexOf('>')));
        assertThat(second.json().path("items").findValuesAsText("name")).containsExactly("c.acme");
    }
}
