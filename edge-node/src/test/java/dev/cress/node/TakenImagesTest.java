package dev.cress.node;

import static dev.cress.node.Functions.delta;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Sha256;
import dev.cress.contract.SignedImage;
import dev.cress.contract.StagingState;
import dev.cress.contract.Version;
import dev.cress.identity.SigningKey;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// Which images a node takes from its control plane; where it takes none it builds its own.
@Timeout(60)
@Order(3)
class TakenImagesTest {
    private static final byte[] HELLO = Functions.example("hello");
    private static final Version V1 = greeting(1, HELLO, "Hello");
    private static byte[] image = {};
    private static byte[] inadmissible = {};

    /// As good as the one, and as long.
    private static byte[] another = {};

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private final SigningKey key = SigningKey.fresh(null);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private RunningNode node;
    private FakeSession session;

    @BeforeAll
    static void build() throws RefusedModuleException, IOException {
        try (var watchdog = new Watchdog()) {
            ImageContent built =
                    ModuleBuild.build(HELLO, Wanted.AUTO, new MemoryBudget(64 << 20), watchdog);
            image = ImageFile.write(built);
            inadmissible = ImageFile.write(with(built, withForeignClass(built), built.note()));
            another = ImageFile.write(with(built, built.compiled(), built.note() + 1));
        }
    }

    /// The same with a class that no compiler of ours makes.
    private static GuestCode.Compiled withForeignClass(ImageContent built) throws IOException {
        Map<String, byte[]> classes = new HashMap<>(built.compiled().classes());
        try (var in = TakenImagesTest.class.getResourceAsStream("TakenImagesTest.class")) {
            classes.put("dev.cress.node.TakenImagesTest", in.readAllBytes());
        }
        return new GuestCode.Compiled(
                built.compiled().main(), classes, built.compiled().interpreted());
    }

    private static ImageContent with(ImageContent built, GuestCode.Compiled code, int note) {
        return new ImageContent(
                built.abi(),
                built.entries(),
                built.starts(),
                built.stripped(),
                code,
                built.state(),
                note);
    }

    @BeforeEach
    void start() {
        control.has(HELLO);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.session();
        session.send(new ControlFrame.Welcome("router-key", List.of(key.announced())));
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    private static SignedImage unsigned(Sha256 module, byte[] bytes) {
        return new SignedImage(
                WasmHost.imageBuild(), module, "auto", false, Sha256.of(bytes), bytes.length);
    }

    /// Answers what there is with this, and whoever asks for its bytes with these.
    private void offers(SignedImage said, byte[] bytes) {
        control.images(
                request -> {
                    asked.add(request.uri());
                    answer(request, said, bytes);
                });
    }

    private static void answer(HttpServerRequest request, SignedImage said, byte[] bytes) {
        boolean described = request.path().endsWith("/image");
        var _ =
                request.response()
                        .end(described ? Buffer.buffer(Json.write(said)) : Buffer.buffer(bytes));
    }

    private void deploy(FunctionState... functions) {
        session.sendText(key.sign(Json.write(snapshot(1, functions))));
    }

    private void deployed() throws IOException {
        deploy(function("hello", 1, V1));
        session.serving("hello", 1);
        node.awaitServing();
        assertThat(node.get("hello", "/")).contains("Hello from");
        assertThat(data.resolve("arriving").toFile().list()).isNullOrEmpty();
    }

    private void assertCounted(int taken, int built, int forged) throws IOException {
        assertThat(node.admin("/metrics"))
                .contains(
                        "cress_images_taken_total %d.0".formatted(taken),
                        "cress_images_built_total %d.0".formatted(built),
                        "cress_control_forged_total %d.0".formatted(forged));
    }

    private void assertRefused(UnaryOperator<SignedImage> change) throws IOException {
        offers(change.apply(key.sign(unsigned(V1.module(), image))), image);
        deployed();
        assertThat(asked).allMatch(each -> each.contains("/image?"));
        assertCounted(0, 1, 1);
    }

    @Test
    void whatAKnownKeySignedIsTakenAndNothingIsBuilt() throws IOException {
        offers(key.sign(unsigned(V1.module(), image)), image);
        deployed();
        assertCounted(1, 0, 0);
        assertThat(asked).hasSize(2);
        assertThat(asked.getFirst())
                .contains(V1.module().hex(), "abi=auto", "snapshot=false", "build=cress-image-");
    }

    @Test
    void theModuleComesAfterItsImageForTheTimeWithoutAControlPlane() throws IOException {
        offers(key.sign(unsigned(V1.module(), image)), image);
        deployed();
        Path module = data.resolve("modules").resolve(V1.module() + ".wasm");
        await().until(() -> Files.exists(module));
        assertThat(module).hasBinaryContent(HELLO);
        assertCounted(1, 0, 0);
    }

    @Test
    void whatNobodySignedIsNotTaken() throws IOException {
        assertRefused(said -> said.by(said.key(), ""));
    }

    @Test
    void whatAForeignKeySignedIsNotTaken() throws IOException {
        var foreign = SigningKey.fresh(null);
        assertRefused(foreign::sign);
    }

    @Test
    void whatAForeignKeySignedInAKnownOnesNameIsNotTaken() throws IOException {
        var foreign = SigningKey.fresh(null);
        assertRefused(said -> said.by(said.key(), foreign.sign(said).signature()));
    }

    @Test
    void anotherModulesImageIsNotTakenThoughItIsSigned() throws IOException {
        Sha256 another = Sha256.of(new byte[1]);
        assertRefused(said -> key.sign(unsigned(another, image)));
    }

    @Test
    void anotherModulesImageIsNotTakenUnderThisOnesName() throws IOException {
        SignedImage another = key.sign(unsigned(Sha256.of(new byte[1]), image));
        assertRefused(said -> said.by(another.key(), another.signature()));
    }

    @Test
    void anImageThatWasPreparedOtherwiseIsNotTaken() throws IOException {
        assertRefused(
                said ->
                        key.sign(
                                new SignedImage(
                                        said.build(),
                                        said.module(),
                                        "http-wasm",
                                        false,
                                        said.sha256(),
                                        said.bytes())));
    }

    @Test
    void anImageOfAnotherBuildIsNotTaken() throws IOException {
        assertRefused(
                said ->
                        key.sign(
                                new SignedImage(
                                        "cress-image-0",
                                        said.module(),
                                        said.abi(),
                                        false,
                                        said.sha256(),
                                        said.bytes())));
    }

    @Test
    void anImageLargerThanAnyModulesIsNotFetched() throws IOException {
        assertRefused(
                said ->
                        key.sign(
                                new SignedImage(
                                        said.build(),
                                        said.module(),
                                        said.abi(),
                                        false,
                                        said.sha256(),
                                        SignedImage.BYTES_MAX + 1)));
    }

    @Test
    void otherBytesThanWereSignedAreNotTaken() throws IOException {
        assertThat(another).hasSameSizeAs(image).isNotEqualTo(image);
        offers(key.sign(unsigned(V1.module(), image)), another);
        deployed();
        assertCounted(0, 1, 1);
    }

    @Test
    void codeThatIsNotAdmittedIsNotTakenWhoeverSignedIt() throws IOException {
        offers(key.sign(unsigned(V1.module(), inadmissible)), inadmissible);
        deployed();
        assertCounted(0, 1, 1);
    }

    @Test
    void aVersionWithNeitherAnImageNorABuildSaysWhyAndGetsNoTraffic() throws IOException {
        byte[] text = "#!/bin/sh".getBytes(UTF_8);
        control.has(text);
        deployed();
        Version broken = version(2, text);
        offers(key.sign(unsigned(broken.module(), inadmissible)), inadmissible);
        session.sendText(key.sign(Json.write(delta(1, 2, function("hello", 2, V1, broken)))));
        assertThat(session.staging("hello", 2, StagingState.FAILED).reason())
                .contains("the control plane's image of it isn't taken")
                .contains("compiled code is refused");
        assertThat(node.get("hello", "/")).contains("x-cress-version: 1", "Hello from");
    }

    @Test
    void whereThereAreNoImagesTheNodeBuildsItsOwn() throws IOException {
        deployed();
        assertCounted(0, 1, 0);
    }

    @Test
    void whatIsSaidInNoWordsOfOursIsLeftAside() throws IOException {
        for (String said : List.of("null", "{", "[]", "{\"build\":\"" + "x".repeat(1 << 20))) {
            control.images(request -> request.response().end(said));
            node.close();
            node =
                    new RunningNode(
                            data.resolve("n" + said.length()), control.url(), RunningNode.LIMITS);
            session = control.session();
            session.send(new ControlFrame.Welcome("router-key", List.of(key.announced())));
            deployed();
            assertCounted(0, 1, 0);
        }
    }

    @Test
    void anImageThatIsBeingPreparedIsWaitedFor() throws IOException {
        SignedImage said = key.sign(unsigned(V1.module(), image));
        var asks = new AtomicInteger();
        control.images(
                request -> {
                    if (asks.incrementAndGet() < 3) {
                        request.response().setStatusCode(503).putHeader("retry-after", "0").end();
                    } else {
                        answer(request, said, image);
                    }
                });
        deployed();
        assertCounted(1, 0, 0);
    }

    @Test
    void whatIsBuiltHereHoldsUpNothingThatIsTaken() throws IOException {
        Version built = version(1, Functions.variant(HELLO, "built"));
        control.hangs(built);
        SignedImage said = key.sign(unsigned(V1.module(), image));
        control.images(V1.module(), request -> answer(request, said, image));
        deploy(function("built", 1, built));
        assertThat(control.asked()).isEqualTo(built.module());
        session.sendText(key.sign(Json.write(delta(1, 2, function("hello", 1, V1)))));
        session.serving("hello", 1);
        assertCounted(1, 0, 0);
    }

    @Test
    void aKeyThatIsHeardOfAMomentLaterIsWaitedFor() throws IOException {
        SigningKey next = SigningKey.fresh(key);
        SignedImage said = next.sign(unsigned(V1.module(), image));
        var asks = new AtomicInteger();
        control.images(
                request -> {
                    if (asks.incrementAndGet() == 2) {
                        session.send(
                                new ControlFrame.Keys(List.of(key.announced(), next.announced())));
                    }
                    answer(request, said, image);
                });
        deployed();
        assertCounted(1, 0, 0);
    }

    @Test
    void aDownloadGoesOnWhereItBroke() throws IOException {
        SignedImage said = key.sign(unsigned(V1.module(), image));
        List<String> ranges = new CopyOnWriteArrayList<>();
        control.images(
                request -> {
                    if (request.path().endsWith("/image")) {
                        answer(request, said, image);
                        return;
                    }
                    String range = request.getHeader("range");
                    ranges.add(String.valueOf(range));
                    if (range == null) {
                        var response = request.response().setChunked(false);
                        response.putHeader("content-length", Integer.toString(image.length));
                        response.write(Buffer.buffer(Arrays.copyOf(image, 1_000)))
                                .onComplete(_ -> request.connection().close());
                        return;
                    }
                    int from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
                    var _ =
                            request.response()
                                    .setStatusCode(206)
                                    .putHeader(
                                            "content-range",
                                            "bytes %d-%d/%d"
                                                    .formatted(
                                                            from, image.length - 1, image.length))
                                    .end(
                                            Buffer.buffer(
                                                    Arrays.copyOfRange(image, from, image.length)));
                });
        deployed();
        assertThat(ranges).containsExactly("null", "bytes=1000-");
        assertCounted(1, 0, 0);
    }

    @Test
    void whatAnEarlierDownloadLeftGoes() throws IOException {
        Path left = data.resolve("arriving").resolve("left.image");
        Files.createDirectories(left.getParent());
        Files.write(left, new byte[100]);
        offers(key.sign(unsigned(V1.module(), image)), image);
        deployed();
        assertThat(left).doesNotExist();
    }
}
