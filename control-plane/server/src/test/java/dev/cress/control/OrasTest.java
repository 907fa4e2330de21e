package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.Sha256;
import dev.cress.control.store.Engine;

import land.oras.Annotations;
import land.oras.ArtifactType;
import land.oras.Config;
import land.oras.ContainerRef;
import land.oras.LocalPath;
import land.oras.exception.OrasException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A client of registries that others wrote pushes and pulls functions.
@Timeout(120)
@ParameterizedClass
@EnumSource(Engine.class)
class OrasTest {
    private static final Annotations SAME_TIME =
            Annotations.ofManifest(
                    Map.of("org.opencontainers.image.created", "2026-11-22T08:00:00Z"));

    @Parameter Engine engine = Engine.SQLITE;

    @TempDir private Path folder;
    private Plane plane;

    @BeforeEach
    void start() {
        plane = Plane.start(folder.resolve("data"), engine);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private String address() {
        return "127.0.0.1:" + plane.control.port();
    }

    private land.oras.Registry client(String token) {
        return land.oras.Registry.builder().insecure(address(), "anybody", token).build();
    }

    private ContainerRef ref(String repository) {
        return ContainerRef.parse(address() + "/" + repository);
    }

    private LocalPath file(String name, byte[] bytes, String type) throws IOException {
        return LocalPath.of(Files.write(folder.resolve(name), bytes), type);
    }

    private land.oras.Manifest push(land.oras.Registry client, String to, LocalPath... files) {
        return client.pushArtifact(
                ref(to), ArtifactType.unknown(), SAME_TIME, Config.empty(), files);
    }

    private LocalPath module(int seed) throws IOException {
        byte[] bytes = MagicPreparer.module(seed, 3 << 20);
        return file("hello-" + seed + ".wasm", bytes, Registry.WASM);
    }

    @Test
    void whatIsPushedIsAVersionAndIsPulledAsItWas() throws IOException {
        var client = client(plane.operator);
        String toml =
                """
                name = "hello"
                [limits]
                cpu_ms = 250
                [capabilities]
                config = { GREETING = "Moin" }
                """;
        var settings = file("cress.toml", toml.getBytes(UTF_8), Registry.SETTINGS);
        LocalPath module = module(1);
        var pushed = push(client, "hello:v1", module, settings);
        var version = plane.get("/v1/functions/hello/versions").json().at("/items/0");
        assertThat(version.at("/number").asInt()).isEqualTo(1);
        assertThat(version.at("/module").asText())
                .isEqualTo(Sha256.of(Files.readAllBytes(module.getPath())).hex());
        assertThat(version.at("/manifest/limits/cpu_ms").asInt()).isEqualTo(250);
        assertThat(version.at("/manifest/config/GREETING").asText()).isEqualTo("Moin");
        assertThat(plane.get("/v1/functions/hello/deployments").json().at("/items")).isEmpty();

        Path pulled = Files.createDirectory(folder.resolve("pulled"));
        client.pullArtifact(ref("hello:v1"), pulled, false);
        assertThat(pulled.resolve("hello-1.wasm")).hasSameBinaryContentAs(module.getPath());
        assertThat(pulled.resolve("cress.toml")).content().isEqualTo(toml);
        assertThat(client.getManifest(ref("hello:v1")).getDescriptor().getDigest())
                .isEqualTo(pushed.getDescriptor().getDigest());
    }

    @Test
    void theSameManifestIsTheSameVersionAndATagMoves() throws IOException {
        var client = client(plane.operator);
        var first = push(client, "hello:live", module(1));
        push(client, "hello:live", module(2));
        assertThat(tags()).isEqualTo("live=2");
        push(client, "hello:again", module(1));
        assertThat(tags()).isEqualTo("again=1 live=2");
        assertThat(plane.get("/v1/functions/hello/versions").json().at("/items")).hasSize(2);
        String digest = first.getDescriptor().getDigest();
        assertThat(client.getManifest(ref("hello@" + digest)).getDescriptor().getDigest())
                .isEqualTo(digest);
    }

    private String tags() {
        var all = new StringBuilder();
        plane.get("/v1/functions/hello/tags")
                .json()
                .at("/items")
                .forEach(
                        tag ->
                                all.append(' ')
                                        .append(tag.path("name").asText())
                                        .append('=')
                                        .append(tag.path("version").asInt()));
        return all.substring(1);
    }

    @Test
    void tagsComeInPages() throws IOException {
        var client = client(plane.operator);
        for (String tag : new String[] {"v1", "v10", "Latest", "v2"}) {
            push(client, "hello:" + tag, module(1));
        }
        assertThat(client.getTags(ref("hello")).tags())
                .containsExactly("Latest", "v1", "v10", "v2");
        assertThat(client.getTags(ref("hello"), 2, "Latest").tags()).containsExactly("v1", "v10");
    }

    @Test
    void aBlobGoesUpInPieces() throws IOException {
        var client = client(plane.operator);
        Path module = module(3).getPath();
        client.pushBlobChunked(ref("hello"), module, 1 << 20);
        byte[] pulled =
                client.getBlob(
                        ref("hello").withDigest(Registry.digest(Files.readAllBytes(module))));
        assertThat(pulled).isEqualTo(Files.readAllBytes(module));
    }

    @Test
    void aTenantPushesItsOwnByThePlainName() throws IOException {
        plane.tenant("acme");
        plane.tenant("zeta");
        var acme = client(plane.tokenOf("acme", "deploy"));
        push(acme, "shop:v1", module(4));
        assertThat(plane.get("/v1/functions/shop.acme/tags").text()).contains("\"v1\"");
        var reader = client(plane.tokenOf("acme", "read"));
        assertThat(reader.getTags(ref("acme/shop")).tags()).containsExactly("v1");
        assertThatThrownBy(() -> push(reader, "shop:v2", module(5)))
                .isInstanceOf(OrasException.class);
        var zeta = client(plane.tokenOf("zeta", "deploy"));
        assertThatThrownBy(() -> zeta.getManifest(ref("acme/shop:v1")))
                .isInstanceOf(OrasException.class);
        assertThatThrownBy(() -> zeta.getManifest(ref("shop:v1")))
                .isInstanceOf(OrasException.class);
    }

    /// What the client makes of it is only the status; the words are in [RegistryManifestsTest].
    @Test
    void whatIsNoModuleIsRefused() throws IOException {
        var client = client(plane.operator);
        var layer = file("layer.tar", new byte[512], "application/vnd.oci.image.layer.v1.tar");
        assertThatThrownBy(() -> push(client, "hello:v1", layer))
                .isInstanceOfSatisfying(
                        OrasException.class, e -> assertThat(e.getStatusCode()).isEqualTo(400));
    }
}
