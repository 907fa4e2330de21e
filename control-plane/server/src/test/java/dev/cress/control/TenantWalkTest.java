package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.Api.NewDeployment;
import dev.cress.contract.Api.NewToken;
import dev.cress.contract.Api.NewVersion;
import dev.cress.contract.Api.Plan;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Bundle;
import dev.cress.contract.Filter;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Manifest;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.Quota;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.StagingState;
import dev.cress.contract.TenantName;

import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.ZipOutputStream;

/// Every operation of the interface as another tenant's token finds it: what is tenant acme's isn't
/// there for zeta. The list of operations is the server's own, by way of the document that is held
/// to it, so that a new one without a case here fails.
class TenantWalkTest {
    private static final Sha256 NOBODYS = Sha256.of("nobody's".getBytes(UTF_8));

    private Plane plane;
    private FakeNode node;
    private Sha256 module;
    private Sha256 assets;
    private String acmeToken;
    private String acmeTokenId;

    /// One path with something of acme's in it, and the same with something that nobody has.
    private record Thing(String theirs, String nobodys, String body) {}

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        plane = Plane.start(folder);
        plane.tenant("acme");
        plane.tenant("zeta");
        var created =
                plane.post(
                                "/v1/tokens",
                                Json.write(
                                        new NewToken(
                                                "acme-ci", "deploy", new TenantName("acme"), null)))
                        .as(TokenCreated.class);
        acmeToken = created.token();
        acmeTokenId = created.info().id();
        module = plane.uploadAs(acmeToken, MagicPreparer.module(1, 64));
        assets = plane.uploadAssetsAs(acmeToken, archive());
        var released =
                plane.postAs(
                        acmeToken,
                        "/v1/functions/shop/versions",
                        Json.write(
                                new NewVersion(
                                        module,
                                        Plane.manifest(new Route("shop.example.com", "/*")),
                                        10_000)));
        assertThat(released.status()).as(released.text()).isEqualTo(201);
        var set =
                plane.request("/v1/secrets/API_KEY").header("authorization", "Bearer " + acmeToken);
        assertThat(plane.send(set.PUT(BodyPublishers.ofString("acme's value")).build()).status())
                .isEqualTo(200);
        node = plane.node("fra-1");
        node.awaitRevision(1);
        node.send(
                new NodeFrame.Staging(
                        new FunctionName("shop.acme"), 1, StagingState.FAILED, "acme's secret"));
        await().until(() -> plane.get("/v1/nodes").text().contains("acme's secret"));
    }

    @AfterEach
    void stop() {
        node.close();
        plane.close();
    }

    private static byte[] archive() throws IOException {
        return AssetsTest.archive(ZipOutputStream.STORED, "hello");
    }

    /// Operations on something that is a tenant's own.
    private Map<String, List<Thing>> things() {
        Map<String, List<Thing>> things = new HashMap<>();
        things.put("GET /v1/modules/{sha256}", digest("/v1/modules/", module));
        things.put("GET /v1/assets/{sha256}", digest("/v1/assets/", assets));
        things.put("GET /v1/functions/{name}", function("", ""));
        things.put("DELETE /v1/functions/{name}", function("", ""));
        things.put("GET /v1/functions/{name}/versions", function("/versions", ""));
        things.put("GET /v1/functions/{name}/tags", function("/tags", ""));
        things.put("GET /v1/functions/{name}/deployments", function("/deployments", ""));
        things.put(
                "POST /v1/functions/{name}/deployments",
                function("/deployments", Json.write(new NewDeployment(1, 10_000))));
        things.put("POST /v1/functions/{name}/rollback", function("/rollback", "{}"));
        things.put("GET /v1/functions/{name}/rollout", function("/rollout", ""));
        things.put("GET /v1/functions/{name}/logs", function("/logs", ""));
        things.put("POST /v1/functions/{name}/versions", newVersions());
        things.put("POST /v1/apply", plans());
        things.put(
                "GET /v1/secrets",
                List.of(new Thing("/v1/secrets?tenant=acme", "/v1/secrets?tenant=nobody", "")));
        for (String method : List.of("GET", "PUT", "DELETE")) {
            String key = "/v1/secrets/API_KEY";
            String body = method.equals("PUT") ? "another value" : "";
            var all =
                    new ArrayList<>(
                            List.of(new Thing(key + "?tenant=acme", key + "?tenant=nobody", body)));
            if (body.isEmpty()) {
                all.add(new Thing(key, "/v1/secrets/NOBODYS", ""));
            }
            things.put(method + " /v1/secrets/{name}", all);
        }
        things.put("GET /v1/tenants/{tenant}", tenant("", ""));
        things.put("DELETE /v1/tenants/{tenant}", tenant("", ""));
        things.put("PUT /v1/tenants/{tenant}/quota", tenant("/quota", Json.write(Quota.NONE)));
        things.put(
                "DELETE /v1/tokens/{id}",
                List.of(new Thing("/v1/tokens/" + acmeTokenId, "/v1/tokens/0123456789ab", "")));
        for (String list : LISTS) {
            String path = list.replace("GET ", "");
            things.put(
                    list, List.of(new Thing(path + "?tenant=acme", path + "?tenant=nobody", "")));
        }
        things.put(
                "POST /v1/modules",
                List.of(
                        new Thing(
                                "/v1/modules?tenant=acme", "/v1/modules?tenant=nobody", "bytes")));
        things.put(
                "POST /v1/assets",
                List.of(new Thing("/v1/assets?tenant=acme", "/v1/assets?tenant=nobody", "bytes")));
        return things;
    }

    private static List<Thing> digest(String path, Sha256 theirs) {
        return List.of(
                new Thing(path + theirs, path + NOBODYS, ""),
                new Thing(path + theirs + "?tenant=acme", path + NOBODYS + "?tenant=nobody", ""));
    }

    /// By its name alone, by its whole name, and as an operator would say it.
    private static List<Thing> function(String rest, String body) {
        String path = "/v1/functions/";
        return List.of(
                new Thing(path + "shop" + rest, path + "nobody" + rest, body),
                new Thing(path + "shop.acme" + rest, path + "nobody.acme" + rest, body),
                new Thing(
                        path + "shop" + rest + "?tenant=acme",
                        path + "shop" + rest + "?tenant=nobody",
                        body));
    }

    /// Of a name of its own a tenant may make a version, but not of another's module or files.
    private List<Thing> newVersions() {
        String named = Json.write(new NewVersion(module, Plane.manifest(), 10_000));
        String path = "/v1/functions/";
        return List.of(
                new Thing(path + "shop.acme/versions", path + "nobody.acme/versions", named),
                new Thing(
                        path + "shop/versions?tenant=acme",
                        path + "shop/versions?tenant=nobody",
                        named),
                new Thing(path + "shop/versions", path + "nobody/versions", named));
    }

    private List<Thing> plans() {
        String whole = Json.write(new Plan(List.of(item("shop.acme"))));
        String plain = Json.write(new Plan(List.of(item("shop"))));
        return List.of(
                new Thing("/v1/apply", "/v1/apply", whole),
                new Thing("/v1/apply?tenant=acme", "/v1/apply?tenant=nobody", plain),
                new Thing("/v1/apply", "/v1/apply", plain));
    }

    private Plan.Item item(String name) {
        return new Plan.Item(name, module, Plane.manifest(), null);
    }

    private static List<Thing> tenant(String rest, String body) {
        return List.of(new Thing("/v1/tenants/acme" + rest, "/v1/tenants/nobody" + rest, body));
    }

    /// Operations that show a tenant its own.
    private static final List<String> LISTS =
            List.of(
                    "GET /v1/modules",
                    "GET /v1/functions",
                    "GET /v1/nodes",
                    "GET /v1/status",
                    "GET /v1/audit");

    /// Operations on what is the fleet's: a tenant's token hasn't the scope, whatever there is.
    private static final List<String> FLEETS =
            List.of(
                    "DELETE /v1/nodes/{node}",
                    "POST /v1/nodes/{node}/drain",
                    "POST /v1/keys/rotate",
                    "POST /v1/store/collect",
                    "POST /v1/keys/rotate-secrets",
                    "GET /v1/members",
                    "DELETE /v1/members/{name}",
                    "POST /v1/join-tokens",
                    "GET /v1/tokens",
                    "POST /v1/tokens",
                    "GET /v1/tenants",
                    "POST /v1/tenants",
                    "GET /v1/modules/{sha256}/image",
                    "GET /v1/modules/{sha256}/image/{image}",
                    "GET /v1/sync/node",
                    "GET /v1/sync/router",
                    "GET /v1/sync/relay");

    /// What takes no token, from this machine at least; the last two what a join token or a
    /// certificate lets in.
    private static final List<String> OPEN =
            List.of(
                    "GET /v1/openapi.json",
                    "GET /health",
                    "GET /metrics",
                    "POST /v1/join",
                    "POST /v1/join/renew");

    @Test
    void everyOperationHasItsCase() {
        var described = new TreeSet<String>();
        for (var path : Described.DOCUMENT.getJsonObject("paths")) {
            ((JsonObject) path.getValue())
                    .fieldNames()
                    .forEach(m -> described.add(m.toUpperCase(Locale.ROOT) + " " + path.getKey()));
        }
        var cases = new TreeSet<>(things().keySet());
        cases.addAll(FLEETS);
        cases.addAll(OPEN);
        assertThat(cases).isEqualTo(described);
    }

    @Test
    void whatIsAnotherTenantsIsNotThere() {
        List<String> done = new ArrayList<>();
        for (String scope : List.of("deploy", "read")) {
            String zeta = plane.tokenOf("zeta", scope);
            things().forEach(
                            (label, all) -> {
                                if (mayCall(label, scope)) {
                                    all.forEach(thing -> assertNotThere(zeta, label, thing));
                                    done.add(scope + " " + label);
                                }
                            });
        }
        assertThat(done).hasSizeGreaterThan(things().size());
        assertThat(plane.getAs(acmeToken, "/v1/functions/shop").status()).isEqualTo(200);
    }

    /// What lacks the scope hears so before anything is looked for.
    private static boolean mayCall(String label, String scope) {
        String words =
                Described.operation(
                                label.substring(0, label.indexOf(' ')),
                                label.substring(label.indexOf(' ') + 1))
                        .getString("description");
        return words.contains("`" + scope + "`") || !words.contains("`deploy`");
    }

    private void assertNotThere(String token, String label, Thing thing) {
        Reply theirs = call(token, label, thing.theirs, thing.body);
        Reply nobodys = call(token, label, thing.nobodys, thing.body);
        assertThat(theirs.status()).as(label + " " + thing + theirs.text()).isEqualTo(404);
        assertThat(nobodys.status()).as(label + " " + thing + nobodys.text()).isEqualTo(404);
        assertThat(anonymous(theirs)).as(label).isEqualTo(anonymous(nobodys));
    }

    private String anonymous(Reply reply) {
        return reply.text()
                .replace(module.hex(), "X")
                .replace(assets.hex(), "X")
                .replace(NOBODYS.hex(), "X")
                .replace(acmeTokenId, "X")
                .replace("0123456789ab", "X")
                .replaceAll("API_KEY|NOBODYS", "X")
                .replaceAll("tenant (acme|nobody)", "X")
                .replaceAll("(shop|nobody)[.](acme|zeta)", "X");
    }

    private Reply call(String token, String label, String path, String body) {
        var request = plane.request(path).header("authorization", "Bearer " + token);
        String method = label.substring(0, label.indexOf(' '));
        HttpRequest.BodyPublisher sent =
                body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        return plane.send(request.method(method, sent).build());
    }

    @Test
    void whatIsTheFleetsIsForbiddenWhateverThereIs() {
        String zeta = plane.tokenOf("zeta", "deploy");
        for (String label : FLEETS) {
            String path = label.replaceFirst("[A-Z]+ ", "");
            String their = path.replace("{sha256}", module.hex()).replace("{image}", module.hex());
            String none = path.replace("{sha256}", NOBODYS.hex()).replace("{image}", "none");
            Reply known = call(zeta, label, their.replaceFirst("[{].*[}]", "fra-1"), "");
            Reply unknown = call(zeta, label, none.replaceFirst("[{].*[}]", "nobody-1"), "");
            assertThat(known.status()).as(label + known.text()).isEqualTo(403);
            assertThat(unknown.text()).as(label).isEqualTo(known.text());
        }
    }

    @Test
    void listsShowATenantItsOwn() {
        String zeta = plane.tokenOf("zeta", "read");
        for (String label : LISTS) {
            String path = label.replace("GET ", "");
            assertThat(plane.getAs(acmeToken, path).text()).containsAnyOf("shop", module.hex());
            Reply reply = plane.getAs(zeta, path);
            assertThat(reply.status()).as(path).isEqualTo(200);
            assertThat(reply.text())
                    .as(path)
                    .doesNotContain("acme", "shop", module.hex(), "http://127.0.0.1:1");
        }
        assertThat(plane.getAs(zeta, "/v1/nodes").text()).contains("fra-1");
        assertThat(plane.getAs(acmeToken, "/v1/nodes").text()).contains("acme's secret");
        assertThat(plane.get("/v1/functions").text()).contains("shop.acme");
        assertThat(plane.get("/v1/functions?tenant=zeta").text()).doesNotContain("shop");
        assertThat(plane.get("/v1/tokens?tenant=zeta").text()).doesNotContain("acme-ci");
    }

    /// Bytes are stored once, and whoever sends them as well can't tell.
    @Test
    void bytesThatAnotherTenantHasAreNewAgain() throws IOException {
        String zeta = plane.tokenOf("zeta", "deploy");
        int checked = plane.preparer.calls.get();
        byte[] same = MagicPreparer.module(1, 64);
        Reply first = plane.postAs(zeta, "/v1/modules", BodyPublishers.ofByteArray(same));
        assertThat(first.status()).isEqualTo(201);
        assertThat(plane.preparer.calls).hasValue(checked + 1);
        Reply again = plane.postAs(zeta, "/v1/modules", BodyPublishers.ofByteArray(same));
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text()).isEqualTo(first.text());
        var files = BodyPublishers.ofByteArray(archive());
        assertThat(plane.postAs(zeta, "/v1/assets", files).status()).isEqualTo(201);
        assertThat(plane.getAs(zeta, "/v1/modules/" + module).status()).isEqualTo(200);
        assertThat(plane.getAs(zeta, "/v1/assets/" + assets).status()).isEqualTo(200);
    }

    @Test
    void anothersFilesAndFiltersCanNotBeNamed() {
        String zeta = plane.tokenOf("zeta", "deploy");
        Sha256 own = plane.uploadAs(zeta, MagicPreparer.module(2, 64));
        Sha256 filter = plane.uploadAs(acmeToken, MagicPreparer.module(MagicPreparer.FILTER, 64));
        for (Sha256 digest : List.of(assets, NOBODYS)) {
            var manifest = Plane.manifest().with(new Bundle(digest, 1, false));
            Reply reply = version(zeta, own, manifest);
            assertThat(reply.code()).isEqualTo("unknown-assets");
        }
        for (Sha256 digest : List.of(filter, NOBODYS)) {
            var inFront = List.of(new Filter(digest, 64, Map.of()));
            Reply reply = version(zeta, own, Plane.manifest().with(inFront));
            assertThat(reply.code()).isEqualTo("unknown-module");
        }
    }

    private Reply version(String token, Sha256 own, Manifest manifest) {
        return plane.postAs(
                token,
                "/v1/functions/front/versions",
                Json.write(new NewVersion(own, manifest, 10_000)));
    }
}
