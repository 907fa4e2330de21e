package dev.cress.control;

import static dev.cress.control.Registry.EMPTY;
import static dev.cress.control.Registry.MANIFEST;
import static dev.cress.control.Registry.SETTINGS;
import static dev.cress.control.Registry.WASM;
import static dev.cress.control.Registry.digest;
import static dev.cress.control.Registry.error;
import static dev.cress.control.Registry.header;
import static dev.cress.control.Registry.layer;
import static dev.cress.control.Registry.manifest;
import static dev.cress.control.Registry.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.Limits;
import dev.cress.contract.Sha256;
import dev.cress.control.module.KeptImages.Asked;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/// What a manifest that is pushed may say, who may push it, and how tools are told what is wrong.
@Timeout(60)
class RegistryManifestsTest {
    private static final BodyHandler<String> ANSWER = BodyHandlers.ofString();

    private final byte[] module = MagicPreparer.module(1, 20_000);

    private Plane plane;
    private Registry registry;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder);
        registry = Registry.of(plane);
        registry.pushBlob("hello", EMPTY);
        registry.pushBlob("hello", module);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private void refused(byte[] manifest, String code, String... words) {
        Reply reply = registry.pushManifest("hello", "v1", manifest);
        assertThat(reply.status()).as(reply.text()).isBetween(400, 413);
        assertThat(error(reply)).as(reply.text()).isEqualTo(code);
        assertThat(message(reply)).contains(words);
        assertThat(plane.get("/v1/functions/hello").status()).isEqualTo(404);
    }

    private void refusedSettings(String toml, String... words) {
        byte[] settings = toml.getBytes(UTF_8);
        registry.pushBlob("hello", settings);
        refused(
                manifest(layer(WASM, module), layer(SETTINGS, settings)),
                "MANIFEST_INVALID",
                words);
    }

    @Test
    void aManifestIsReadAsItWasPushedByTagAndByDigest() {
        byte[] manifest = manifest(layer(WASM, module));
        Reply pushed = registry.pushManifest("hello", "v1", manifest);
        assertThat(pushed.status()).as(pushed.text()).isEqualTo(201);
        assertThat(header(pushed, "docker-content-digest")).isEqualTo(digest(manifest));
        assertThat(header(pushed, "x-cress-version")).isEqualTo("1");
        for (String reference : List.of("v1", digest(manifest))) {
            String path = "/v2/hello/manifests/" + reference;
            Reply read = registry.send("GET", path);
            assertThat(read.text()).isEqualTo(new String(manifest, UTF_8));
            assertThat(header(read, "content-type")).isEqualTo(MANIFEST);
            assertThat(header(read, "docker-content-digest")).isEqualTo(digest(manifest));
            Reply head = registry.send("HEAD", path);
            assertThat(head.status()).isEqualTo(200);
            assertThat(header(head, "content-length")).isEqualTo("" + manifest.length);
        }
        assertThat(header(pushed, "location")).isEqualTo("/v2/hello/manifests/" + digest(manifest));
        Reply none = registry.send("GET", "/v2/hello/manifests/v2");
        assertThat(none.status()).isEqualTo(404);
        assertThat(error(none)).isEqualTo("MANIFEST_UNKNOWN");
    }

    @Test
    void theTypeFromBeforeIsAModuleTooAndADigestWillDoForATag() {
        byte[] manifest = manifest(layer("application/vnd.wasm.content.layer.v1+wasm", module));
        assertThat(registry.pushManifest("hello", digest(manifest), manifest).status())
                .isEqualTo(201);
        assertThat(registry.send("GET", "/v2/hello/tags/list").json().path("tags")).isEmpty();
        Reply other = registry.pushManifest("hello", digest(EMPTY), manifest);
        assertThat(error(other)).isEqualTo("DIGEST_INVALID");
    }

    @Test
    void theImageOfWhatItSaysIsPreparedBeforeANodeAsks() {
        byte[] settings = "snapshot = true".getBytes(UTF_8);
        registry.pushBlob("hello", settings);
        byte[] manifest = manifest(layer(WASM, module), layer(SETTINGS, settings));
        assertThat(registry.pushManifest("hello", "v1", manifest).status()).isEqualTo(201);
        var asked = new Asked(Sha256.of(module), "auto", true);
        await().until(() -> plane.preparer.kept.orElseThrow().find(asked).isPresent());
    }

    @Test
    void whatIsNoModuleIsRefused() {
        String tar = "application/vnd.oci.image.layer.v1.tar+gzip";
        refused(manifest(layer(tar, EMPTY)), "MANIFEST_INVALID", tar, "FILE.wasm:" + WASM);
        refused(manifest(), "MANIFEST_INVALID", "no layer is a Wasm module");
        refused(
                manifest(layer(WASM, module), layer(WASM, module)),
                "MANIFEST_INVALID",
                "a second layer");
        byte[] text = "hello".getBytes(UTF_8);
        registry.pushBlob("hello", text);
        refused(manifest(layer(WASM, text)), "MANIFEST_INVALID", "this is not a Wasm module");
    }

    @Test
    void aManifestMustBeOneAndNameWhatIsThere() {
        refused("{".getBytes(UTF_8), "MANIFEST_INVALID", "it is no JSON");
        refused("[]".getBytes(UTF_8), "MANIFEST_INVALID", "no JSON object");
        byte[] named = new String(manifest(), UTF_8).replace("[]", "{\"a\":{}}").getBytes(UTF_8);
        refused(named, "MANIFEST_INVALID", "layers is no list");
        refused("{}".getBytes(UTF_8), "MANIFEST_INVALID", "schemaVersion is not 2");
        byte[] index =
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\"}"
                        .getBytes(UTF_8);
        refused(index, "MANIFEST_INVALID", "only " + MANIFEST);
        byte[] absent = MagicPreparer.module(2, 64);
        refused(manifest(layer(WASM, absent)), "MANIFEST_BLOB_UNKNOWN", digest(absent));
        String twice = layer(WASM, module);
        refused(
                manifest(twice.replace("20000", "19999")),
                "MANIFEST_INVALID",
                "has 20000 bytes, not 19999");
        refused(manifest(twice.replace("20000", "2e4")), "MANIFEST_INVALID", "no size");
        refused(manifest(twice.replace("20000", "-1")), "MANIFEST_INVALID", "no size");
        refused(manifest(twice.replace("sha256:", "sha512:")), "DIGEST_INVALID", "sha512");
        refused(new byte[(64 << 10) + 1], "SIZE_INVALID", "65537 bytes", "at most 65536");
    }

    @Test
    void settingsAreACressTomlAndNothingElse() {
        refusedSettings("limit = 1", "unknown key 'limit'");
        refusedSettings("[limits]\ncpu_ms = -1", "cpu_ms = -1 is out of range");
        refusedSettings("abi = 'cobol'", "abi = \"cobol\" is not known");
        refusedSettings("abi = 'http-wasm'", "this is not a module of http-wasm");
        refusedSettings("[assets]\ndir = 'public'", "assets", "cress deploy");
        refusedSettings("[[filter]]\nmodule = 'auth.wasm'", "filter", "cress deploy");
        refusedSettings("limits = [", "settings:");
        byte[] settings = "name = 'other'\n[limits]\nmemory_mib = 7".getBytes(UTF_8);
        registry.pushBlob("hello", settings);
        byte[] manifest = manifest(layer(SETTINGS, settings), layer(WASM, module));
        assertThat(registry.pushManifest("hello", "v1", manifest).status()).isEqualTo(201);
        assertThat(plane.get("/v1/functions/hello/versions").text())
                .contains("\"memory_mib\":7")
                .contains("\"cpu_ms\":" + Limits.DEFAULT.cpuMs());
    }

    @Test
    void namesAndTagsAreCheckedBeforeAnythingElse() {
        byte[] manifest = manifest(layer(WASM, module));
        for (String name : List.of("Hello", "hello.acme", "a--b", "acme/Hello", "Acme/hello")) {
            Reply reply = registry.pushManifest(name, "v1", manifest);
            assertThat(reply.status()).as(name).isEqualTo(400);
            assertThat(error(reply)).as(name).isEqualTo("NAME_INVALID");
        }
        Reply tag = registry.pushManifest("hello", "-v1", manifest);
        assertThat(error(tag)).isEqualTo("MANIFEST_INVALID");
        assertThat(message(tag)).contains("1 to 128 characters");
        assertThat(error(registry.pushManifest("nobody/hello", "v1", manifest)))
                .isIn("NAME_UNKNOWN", "MANIFEST_BLOB_UNKNOWN");
        assertThat(error(registry.send("GET", "/v2/_catalog"))).isEqualTo("UNSUPPORTED");
        assertThat(error(registry.send("GET", "/v2/hello/tags/list"))).isEqualTo("NAME_UNKNOWN");
        assertThat(error(registry.send("POST", "/v2/hello/tags/list"))).isEqualTo("UNSUPPORTED");
    }

    @Test
    void whoShowsNoTokenIsAskedForOneAndTheTokenIsThePassword() {
        Reply nobody = new Registry(plane, "").send("GET", "/v2/");
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(header(nobody, "www-authenticate")).isEqualTo("Basic realm=\"cress\"");
        assertThat(error(nobody)).isEqualTo("UNAUTHORIZED");
        Reply here = registry.send("GET", "/v2/");
        assertThat(here.status()).isEqualTo(200);
        assertThat(header(here, "docker-distribution-api-version")).isEqualTo("registry/2.0");
        var bearer = plane.authorised("/v2/").build();
        assertThat(plane.client().sendAsync(bearer, ANSWER).join().statusCode()).isEqualTo(200);
        var torn = plane.request("/v2/").header("authorization", "Basic %%%").build();
        assertThat(plane.client().sendAsync(torn, ANSWER).join().statusCode()).isEqualTo(401);
    }

    @Test
    void aReaderMayPullAndNotPush() {
        registry.pushManifest("hello", "v1", manifest(layer(WASM, module)));
        var reader = new Registry(plane, plane.token("read"));
        assertThat(reader.send("GET", "/v2/hello/manifests/v1").status()).isEqualTo(200);
        assertThat(reader.send("GET", "/v2/hello/blobs/" + digest(module)).status()).isEqualTo(200);
        Reply refused = reader.send("POST", "/v2/hello/blobs/uploads/");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(error(refused)).isEqualTo("DENIED");
        assertThat(new Registry(plane, plane.token("metrics")).send("GET", "/v2/").status())
                .isEqualTo(403);
    }

    @Test
    void nothingRefersToAManifest() {
        byte[] manifest = manifest(layer(WASM, module));
        registry.pushManifest("hello", "v1", manifest);
        Reply referrers = registry.send("GET", "/v2/hello/referrers/" + digest(manifest));
        assertThat(header(referrers, "content-type"))
                .isEqualTo("application/vnd.oci.image.index.v1+json");
        assertThat(referrers.json().path("manifests")).isEmpty();
        assertThat(referrers.json().path("schemaVersion").asInt()).isEqualTo(2);
    }
}
