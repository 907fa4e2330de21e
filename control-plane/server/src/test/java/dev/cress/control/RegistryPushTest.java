package dev.cress.control;

import static dev.cress.control.Registry.EMPTY;
import static dev.cress.control.Registry.MANIFEST;
import static dev.cress.control.Registry.WASM;
import static dev.cress.control.Registry.digest;
import static dev.cress.control.Registry.error;
import static dev.cress.control.Registry.header;
import static dev.cress.control.Registry.layer;
import static dev.cress.control.Registry.manifest;
import static dev.cress.control.Registry.message;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What a push leaves in the store, on each engine: versions, tags, and what a collector makes of
/// them.
@Timeout(120)
@ParameterizedClass
@EnumSource(Engine.class)
class RegistryPushTest {
    @Parameter Engine engine = Engine.SQLITE;

    @TempDir private Path folder;
    private String url = "";
    private Plane plane;
    private Registry registry;

    @BeforeEach
    void start() {
        url = engine == Engine.POSTGRESQL ? Engine.freshUrl() : "";
        plane = start("one");
        registry = Registry.of(plane);
    }

    private Plane start(String data) {
        return Plane.start(
                folder.resolve(data), config -> url.isEmpty() ? config : config.withStore(url));
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private static byte[] module(int seed) {
        return MagicPreparer.module(seed, 2 << 20);
    }

    private void push(int seed, String tag) {
        Reply pushed = registry.push("hello", tag, module(seed));
        assertThat(pushed.status()).as(pushed.text()).isEqualTo(201);
    }

    private void collect() {
        assertThat(plane.post("/v1/store/collect", "{\"older_than_s\":0}").status()).isEqualTo(200);
    }

    private Reply pull(String reference) {
        return registry.send("GET", "/v2/hello/manifests/" + reference);
    }

    private String tags() {
        List<String> tags = new ArrayList<>();
        plane.get("/v1/functions/hello/tags")
                .json()
                .at("/items")
                .forEach(
                        each ->
                                tags.add(
                                        each.path("name").asText()
                                                + "="
                                                + each.path("version").asInt()));
        return String.join(" ", tags);
    }

    private long rows(String table) throws SQLException {
        String store = url.isEmpty() ? "jdbc:sqlite:" + folder.resolve("one/store.db") : url;
        try (var connection = DriverManager.getConnection(store);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /// Nothing needs a version that is deployed nowhere and isn't young.
    @Test
    void whatIsDeployedStaysWithAllThatCanBePulledAndTheRestGoes() throws SQLException {
        push(1, "v1");
        push(2, "v2");
        plane.deploy("hello", 1, 10_000);
        byte[] kept = pull("v1").text().getBytes(UTF_8);
        collect();
        assertThat(tags()).isEqualTo("v1=1");
        assertThat(rows("pushed")).isEqualTo(1);
        assertThat(rows("tag")).isEqualTo(1);
        assertThat(plane.get("/metrics").text())
                .containsPattern("cress_control_collected_bytes_total [1-9]");
        Reply gone = pull("v2");
        assertThat(gone.status()).isEqualTo(404);
        assertThat(error(gone)).isEqualTo("MANIFEST_UNKNOWN");
        assertThat(message(gone)).contains("collected");
        assertThat(plane.get("/v1/functions/hello/versions").text()).contains("\"collected\":true");
        assertThat(pull("v1").text().getBytes(UTF_8)).isEqualTo(kept);
        for (byte[] blob : List.of(EMPTY, module(1))) {
            Reply head = registry.send("HEAD", "/v2/hello/blobs/" + digest(blob));
            assertThat(head.status()).isEqualTo(200);
        }
        Reply module = registry.send("HEAD", "/v2/hello/blobs/" + digest(module(2)));
        assertThat(module.status()).isEqualTo(404);
        push(2, "v2");
        assertThat(tags()).isEqualTo("v1=1 v2=2");
        assertThat(plane.postDeployment("hello", 2, 10_000).status()).isEqualTo(201);
    }

    @Test
    void whatIsYoungStaysAndABlobThatNothingNeedsGoes() {
        push(1, "v1");
        assertThat(plane.post("/v1/store/collect", "").status()).isEqualTo(200);
        assertThat(pull("v1").status()).isEqualTo(200);
        assertThat(registry.pushBlob("hello", "loose".getBytes(UTF_8)).status()).isEqualTo(201);
        collect();
        String loose = "/v2/hello/blobs/" + digest("loose".getBytes(UTF_8));
        assertThat(registry.send("HEAD", loose).status()).isEqualTo(404);
        assertThat(pull("v1").status()).isEqualTo(404);
        push(1, "v1");
        assertThat(pull("v1").status()).isEqualTo(200);
    }

    @Test
    void oneOfTwoPushesOfATagIsTheLast() {
        var pushes =
                List.of(1, 2, 3, 4).stream()
                        .map(
                                seed ->
                                        CompletableFuture.supplyAsync(
                                                () -> registry.push("hello", "live", module(seed))))
                        .toList();
        List<String> pushed =
                pushes.stream()
                        .map(CompletableFuture::join)
                        .peek(reply -> assertThat(reply.status()).as(reply.text()).isEqualTo(201))
                        .map(reply -> header(reply, "docker-content-digest"))
                        .toList();
        assertThat(pushed).doesNotHaveDuplicates();
        assertThat(header(pull("live"), "docker-content-digest")).isIn(pushed);
        assertThat(plane.get("/v1/functions/hello/versions").json().at("/items")).hasSize(4);
        assertThat(tags()).matches("live=[1-4]");
    }

    @Test
    void aRestartLosesNothingThatWasAnswered() {
        push(1, "v1");
        registry.pushBlob("hello", "more".getBytes(UTF_8));
        String before = pull("v1").text();
        plane.close();
        plane = start("one");
        registry = Registry.of(plane);
        assertThat(pull("v1").text()).isEqualTo(before);
        String blob = "/v2/hello/blobs/" + digest("more".getBytes(UTF_8));
        assertThat(registry.send("GET", blob).text()).isEqualTo("more");
    }

    @Test
    void aBackupHasWhatWasPushed() {
        push(1, "v1");
        String before = pull("v1").text();
        String from = url.isEmpty() ? folder.resolve("one").toString() : url;
        Path file = folder.resolve("backup.db");
        StoreUpkeep.backup(from, file);
        StoreUpkeep.restore(file, folder.resolve("two").toString());
        plane.close();
        plane = Plane.start(folder.resolve("two"));
        registry = Registry.of(plane);
        assertThat(pull("v1").text()).isEqualTo(before);
        assertThat(registry.send("HEAD", "/v2/hello/blobs/" + digest(module(1))).status())
                .isEqualTo(200);
        push(1, "v2");
        assertThat(tags()).isEqualTo("v1=1 v2=1");
    }

    @Test
    void aFunctionThatIsDeletedHasNoTags() {
        push(1, "v1");
        plane.deploy("hello", 1, 10_000);
        assertThat(plane.delete("/v1/functions/hello").status()).isEqualTo(200);
        assertThat(error(pull("v1"))).isEqualTo("MANIFEST_UNKNOWN");
        assertThat(error(registry.send("GET", "/v2/hello/tags/list"))).isEqualTo("NAME_UNKNOWN");
        push(1, "v2");
        assertThat(tags()).isEqualTo("v2=2");
    }

    @Test
    void aTagThatIsDeletedIsGoneAndItsVersionStays() {
        push(1, "v1");
        push(1, "also");
        String path = "/v2/hello/manifests/";
        assertThat(registry.send("DELETE", path + "also").status()).isEqualTo(202);
        assertThat(registry.send("DELETE", path + "also").status()).isEqualTo(404);
        assertThat(tags()).isEqualTo("v1=1");
        String digest = header(pull("v1"), "docker-content-digest");
        assertThat(registry.send("DELETE", path + digest).status()).isEqualTo(202);
        assertThat(tags()).isEmpty();
        assertThat(pull(digest).status()).isEqualTo(404);
        assertThat(plane.postDeployment("hello", 1, 10_000).status()).isEqualTo(201);
    }

    @Test
    void aModuleThatWasUploadedElsewhereNeedsNoSecondUpload() {
        plane.upload(module(1));
        registry.pushBlob("hello", EMPTY);
        assertThat(registry.send("HEAD", "/v2/hello/blobs/" + digest(module(1))).status())
                .isEqualTo(200);
        byte[] manifest = manifest(layer(WASM, module(1)));
        assertThat(registry.pushManifest("hello", "v1", manifest).status()).isEqualTo(201);
        assertThat(plane.preparer.calls).hasValue(1);
        assertThat(plane.version("hello", 2)).isEqualTo(2);
    }

    @Test
    void theAuditLogSaysWhoPushedWhat() {
        plane.tenant("acme");
        var acme = new Registry(plane, plane.tokenOf("acme", "deploy"));
        acme.push("shop", "v1", module(1));
        var entry = plane.get("/v1/audit?tenant=acme&limit=1").json().at("/items/0");
        assertThat(entry.at("/operation").asText()).isEqualTo("PUT /v2/{}/manifests/{}");
        assertThat(entry.at("/thing").asText()).isEqualTo("shop.acme");
        assertThat(entry.at("/tenant").asText()).isEqualTo("acme");
        assertThat(entry.at("/token_name").asText()).isEqualTo("deploy-token");
        assertThat(entry.at("/outcome").asText()).isEqualTo("done");
    }

    @Test
    void manifestsOfOneModuleAreOneVersionAsLongAsItIsTheNewest() {
        push(1, "v1");
        plane.deploy("hello", 1, 10_000);
        byte[] other =
                new String(manifest(layer(WASM, module(1))), UTF_8)
                        .replace("\"layers\"", "\"annotations\":{\"built\":\"later\"},\"layers\"")
                        .getBytes(UTF_8);
        Reply same = registry.pushManifest("hello", "v1-again", other);
        assertThat(header(same, "x-cress-version")).isEqualTo("1");
        collect();
        assertThat(pull("v1-again").text()).isEqualTo(new String(other, UTF_8));
        assertThat(header(pull("v1"), "content-type")).isEqualTo(MANIFEST);
    }
}
