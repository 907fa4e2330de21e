package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.Api;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.Filter;
import dev.cress.contract.Json;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.SignedImage;
import dev.cress.control.module.KeptImages.Asked;
import dev.cress.control.module.PreparedImages;
import dev.cress.identity.KnownKeys;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// What nodes are told of images, and get of them.
@Timeout(60)
class ImagesTest {
    @TempDir private Path folder;
    private Plane plane;
    private FakeImages images;
    private Sha256 module;
    private Asked auto;

    @BeforeEach
    void start() {
        plane = Plane.start(folder.resolve("control"));
        images = plane.preparer.kept.orElseThrow();
        module = plane.module(1);
        auto = new Asked(module, "auto", false);
    }

    @AfterEach
    void stop() {
        images.may.drainPermits();
        images.may.release(1_000);
        plane.close();
    }

    private static String path(Sha256 module, String rest, String query) {
        return "/v1/modules/%s/image%s?%s".formatted(module, rest, query);
    }

    private static String build(String build) {
        return "build=" + URLEncoder.encode(build, StandardCharsets.UTF_8);
    }

    private String described() {
        return path(module, "", build(FakeImages.BUILD));
    }

    private SignedImage image() {
        return ok(plane.get(described()));
    }

    private static SignedImage ok(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.as(SignedImage.class);
    }

    private byte[] bytes(Sha256 image, String... headers) throws Exception {
        var request = plane.authorised(path(module, "/" + image, "abi=auto"));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return plane.client().send(request.build(), BodyHandlers.ofByteArray()).body();
    }

    @Test
    void saysWhatThereIsAndSignsItAndHandsOutNoMoreThanThat() throws Exception {
        SignedImage image = image();
        byte[] expected = FakeImages.image(auto);
        assertThat(image.statement())
                .isEqualTo(
                        new SignedImage(
                                        FakeImages.BUILD,
                                        module,
                                        "auto",
                                        false,
                                        Sha256.of(expected),
                                        expected.length)
                                .statement());
        assertThat(bytes(image.sha256())).isEqualTo(expected);
        assertThat(bytes(image.sha256(), "range", "bytes=10-"))
                .isEqualTo(Arrays.copyOfRange(expected, 10, expected.length));
        assertThat(bytes(image.sha256(), "range", "bytes=10-", "if-range", "\"other\""))
                .isEqualTo(expected);
        Reply behind =
                plane.send(
                        plane.authorised(path(module, "/" + image.sha256(), ""))
                                .header("range", "bytes=%d-".formatted(expected.length))
                                .build());
        assertThat(behind.status()).isEqualTo(416);
    }

    @Test
    void theKeyThatNodesHearOfVouchesForItThroughRotations() {
        try (var node = plane.node("fra-1")) {
            var known =
                    KnownKeys.open(
                            folder.resolve("keys.json"),
                            node.first(Welcome.class).keys().stream()
                                    .map(AnnouncedKey::key)
                                    .toList());
            SignedImage image = image();
            assertThat(known.vouchFor(image)).isTrue();
            SignedImage another =
                    new SignedImage(
                            image.build(),
                            plane.module(2),
                            image.abi(),
                            image.snapshot(),
                            image.sha256(),
                            image.bytes(),
                            image.key(),
                            image.signature());
            assertThat(known.vouchFor(another)).isFalse();

            assertThat(plane.post("/v1/keys/rotate", "").status()).isEqualTo(200);
            SignedImage later = image();
            assertThat(later.key()).isNotEqualTo(image.key());
            assertThat(known.knows(later.key())).isFalse();
            assertThat(known.vouchFor(later)).isFalse();
            try (var again = plane.node("iad-1")) {
                assertThat(known.take(again.first(Welcome.class).keys())).isTrue();
            }
            assertThat(known.vouchFor(later)).isTrue();
        }
    }

    @Test
    void whatIsNotKeptIsPreparedOnceForAllWhoAsk() {
        images.may.drainPermits();
        List<CompletableFuture<SignedImage>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            asked.add(
                    plane.client()
                            .sendAsync(
                                    plane.authorised(described()).build(), BodyHandlers.ofString())
                            .thenApply(
                                    answer ->
                                            ok(
                                                    new Reply(
                                                            answer.statusCode(),
                                                            answer.headers(),
                                                            answer.body()))));
        }
        await().until(() -> images.calls.get() == 1);
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        images.may.release(1_000);
        var first = asked.getFirst().join();
        assertThat(asked).allMatch(each -> each.join().sha256().equals(first.sha256()));
        assertThat(images.calls).hasValue(1);
        var _ = image();
        assertThat(images.calls).hasValue(1);
    }

    private static Manifest kept(Manifest manifest) {
        return new Manifest(
                manifest.abi(),
                true,
                manifest.routes(),
                manifest.limits(),
                manifest.config(),
                manifest.grants(),
                manifest.assets(),
                manifest.filters(),
                manifest.warmup(),
                manifest.logLevel());
    }

    private void awaitPrepared(Asked asked) {
        await().until(() -> images.find(asked).isPresent());
    }

    @Test
    void whatAVersionWantsOtherwiseIsPreparedBeforeANodeAsks() {
        Sha256 filter = plane.module(MagicPreparer.FILTER);
        var manifest = kept(Plane.manifest().with(List.of(new Filter(filter, 64, Map.of()))));
        assertThat(plane.postVersion("hello", module, manifest).status()).isEqualTo(201);
        awaitPrepared(new Asked(module, "auto", true));
        awaitPrepared(new Asked(filter, "http-wasm", false));
        int prepared = images.calls.get();
        assertThat(ok(plane.get(described() + "&snapshot=true")).snapshot()).isTrue();
        assertThat(images.calls).hasValue(prepared);
    }

    @Test
    void soIsWhatAPlansFunctionsWant() {
        var item = new Api.Plan.Item("hello", module, kept(Plane.manifest()), null);
        String plan = Json.write(new Api.Plan(List.of(item)));
        assertThat(plane.post("/v1/apply", plan).status()).isEqualTo(201);
        awaitPrepared(new Asked(module, "auto", true));
    }

    @Test
    void oneTenantsVersionsDelayNoNodeOfAnother() {
        plane.tenant("acme");
        String token = plane.tokenOf("acme", "deploy");
        images.may.drainPermits();
        for (int i = 0; i < PreparedImages.PREPARING_MAX; i++) {
            Sha256 each = plane.uploadAs(token, MagicPreparer.module(200 + i, 64));
            var version = new Api.NewVersion(each, kept(Plane.manifest()), null);
            String path = "/v1/functions/f" + i + "/versions";
            assertThat(plane.postAs(token, path, Json.write(version)).status()).isEqualTo(201);
        }
        await().until(() -> images.calls.get() == 1);
        var asked =
                plane.client()
                        .sendAsync(plane.authorised(described()).build(), BodyHandlers.ofString());
        await().until(() -> images.calls.get() == 2);
        images.may.release(1_000);
        assertThat(asked.join().statusCode()).isEqualTo(200);
        await().until(() -> images.calls.get() == PreparedImages.PREPARING_MAX + 1);
    }

    @Test
    void aNodeThatAsksForMoreThanMayWaitIsToldToComeAgain() {
        List<Sha256> modules = new ArrayList<>();
        for (int i = 0; i <= PreparedImages.PREPARING_MAX; i++) {
            modules.add(plane.module(100 + i));
        }
        images.may.drainPermits();
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (Sha256 each : modules) {
            String path = path(each, "", build(FakeImages.BUILD));
            asked.add(
                    plane.client()
                            .sendAsync(plane.authorised(path).build(), BodyHandlers.ofString())
                            .thenApply(answer -> answer.statusCode() + answer.body()));
        }
        await().until(() -> asked.stream().anyMatch(CompletableFuture::isDone));
        assertThat(asked)
                .filteredOn(CompletableFuture::isDone)
                .singleElement()
                .satisfies(
                        refused ->
                                assertThat(refused.join())
                                        .startsWith("503")
                                        .contains("18 images wait to be prepared, at most 18"));
        images.may.release(1_000);
        assertThat(asked)
                .filteredOn(each -> each.join().startsWith("200"))
                .hasSize(PreparedImages.PREPARING_MAX);
    }

    @Test
    void whatTakesLongIsThereWhenItIsAskedForAgain() {
        images.may.drainPermits();
        Reply waited = plane.get(described());
        assertThat(waited.status()).isEqualTo(503);
        assertThat(waited.code()).isEqualTo("image-in-preparation");
        assertThat(waited.headers().firstValue("retry-after")).hasValue("1");
        images.may.release(1_000);
        var _ = image();
        assertThat(images.calls).hasValue(1);
    }

    @Test
    void whatIsLostIsPreparedAgain() throws IOException {
        var _ = image();
        images.lose(true);
        var _ = image();
        assertThat(images.calls).hasValue(2);
    }

    @Test
    void aFileThatWentAfterItWasDescribedIsNotThere() throws IOException {
        SignedImage image = image();
        images.lose(false);
        Reply gone = plane.get(path(module, "/" + image.sha256(), "abi=auto"));
        assertThat(gone.status()).as(gone.text()).isEqualTo(404);
        assertThat(gone.code()).isEqualTo("unknown-image");
    }

    @Test
    void anotherImageThanIsKeptIsNotThere() {
        var _ = image();
        Reply other = plane.get(path(module, "/" + module, "abi=auto"));
        assertThat(other.status()).isEqualTo(404);
        assertThat(other.code()).isEqualTo("unknown-image");
    }

    @Test
    void eachWayToPrepareAModuleIsAnImageOfItsOwn() {
        SignedImage snapshot = ok(plane.get(described() + "&snapshot=true&abi=wasi-cgi"));
        assertThat(snapshot.sha256()).isNotEqualTo(image().sha256());
        assertThat(snapshot.snapshot()).isTrue();
        assertThat(snapshot.abi()).isEqualTo("wasi-cgi");
    }

    @Test
    void aNodeOfAnotherBuildHearsSoBeforeAnythingIsPrepared() {
        Reply reply = plane.get(path(module, "", build("fake-0 engine-2")));
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.code()).isEqualTo("image-of-another-build");
        assertThat(reply.text()).contains("fake-0 engine-2", FakeImages.BUILD);
        assertThat(plane.get(path(module, "", "abi=auto")).text())
                .contains("query parameter build is missing");
        assertThat(images.calls).hasValue(0);
    }

    @Test
    void aModuleThatCanNotBePreparedSoIsRefusedOnceForAWhile() {
        for (int i = 0; i < 3; i++) {
            Reply reply = plane.get(described() + "&abi=extism");
            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.text()).contains("this is not a module of extism");
        }
        assertThat(images.calls).hasValue(1);
    }

    @Test
    void ofAModuleThatIsNotStoredThereIsNone() {
        Sha256 none = Sha256.of(new byte[1]);
        assertThat(plane.get(path(none, "", build(FakeImages.BUILD))).code())
                .isEqualTo("unknown-module");
        assertThat(images.calls).hasValue(0);
    }

    @Test
    void aServerThatKeepsNoneSaysSo() {
        var config = ControlPlaneConfig.of(folder.resolve("other")).withPort(0);
        try (var other = ControlPlane.start(config, new MagicPreparer())) {
            String token = Files.readString(other.operatorTokenFile()).strip();
            var request =
                    HttpRequest.newBuilder(URI.create(other.url() + described()))
                            .header("authorization", "Bearer " + token)
                            .build();
            var answer = plane.client().send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("no-image");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingIsLeftOfThePreparations() throws IOException {
        var _ = image();
        try (var left = Files.list(folder.resolve("control").resolve("uploads"))) {
            assertThat(left).isEmpty();
        }
    }
}
