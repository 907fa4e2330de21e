package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.image.ImageStore;
import dev.cress.wasm.image.KeptImage;
import dev.cress.wasm.image.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// What one host prepared runs on another that never saw the module, and what no host of ours would
/// have prepared doesn't, wherever it comes from.
class TakenImageTest {
    private static final byte[] HELLO = Guests.bytes("hello");
    private static final String NAME = Sha256.hex(HELLO);
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(2), Duration.ofSeconds(5), 16 * MIB, 64 * 1024, MIB, 4096);

    @TempDir private Path folder;
    private WasmHost builder;
    private WasmHost taker;

    @BeforeEach
    void open() {
        builder = WasmHost.forAnybodysModules(folder.resolve("builder"));
        taker = WasmHost.forAnybodysModules(folder.resolve("taker"));
    }

    @AfterEach
    void close() {
        builder.close();
        taker.close();
    }

    private Path image() throws RefusedModuleException, IOException {
        builder.prepare(HELLO, Wanted.AUTO);
        KeptImage kept = builder.keptFile(NAME, Wanted.AUTO).orElseThrow();
        byte[] bytes = new byte[(int) kept.bytes()];
        try (var in = Files.newInputStream(kept.file())) {
            assertThat(in.readNBytes(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        }
        assertThat(Sha256.hex(bytes)).isEqualTo(kept.sha256());
        return Files.write(folder.resolve("image"), bytes);
    }

    @Test
    void runsWithoutTheModuleAndWithoutABuild() throws Exception {
        assertThat(taker.keptFile(NAME, Wanted.AUTO)).isEmpty();
        Image taken = taker.take(NAME, Wanted.AUTO, image());
        var run = Guests.run(taker, taken, RecordedExchange.get("/"), LIMITS).execute();
        assertThat(run.outcome()).isInstanceOf(Outcome.Completed.class);
        assertThat(taker.imagesBuilt()).isZero();
        assertThat(taker.imagesTaken()).isEqualTo(1);
        assertThat(builder.imagesBuilt()).isEqualTo(1);
    }

    @Test
    void isThereAfterARestartAndNobodyBuilds() throws Exception {
        taker.take(NAME, Wanted.AUTO, image());
        taker.close();
        taker = WasmHost.forAnybodysModules(folder.resolve("taker"));
        assertThat(taker.kept(NAME, Wanted.AUTO)).isPresent();
        assertThat(taker.prepare(HELLO, Wanted.AUTO).abi()).isEqualTo(Abi.WASI_CGI);
        assertThat(taker.imagesBuilt()).isZero();
    }

    @Test
    void bytesThatAreNoImageAreNotTaken() throws Exception {
        Path image = image();
        byte[] whole = Files.readAllBytes(image);
        byte[] another = whole.clone();
        another[8 + ImageFile.BUILD.length() - 1] ^= 1;
        assertThatIOException()
                .isThrownBy(() -> take(another))
                .withMessageContaining("image is of build");
        for (int length : new int[] {0, 3, 40, whole.length / 2, whole.length - 1}) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIOException().as("%d bytes", length).isThrownBy(() -> take(cut));
        }
        assertThat(taker.kept(NAME, Wanted.AUTO)).isEmpty();
    }

    private void take(byte[] image) throws IOException {
        taker.take(NAME, Wanted.AUTO, Files.write(folder.resolve("image"), image));
    }

    @Test
    void anImageOfAnotherConventionIsNotTaken() throws Exception {
        Path image = image();
        assertThatIOException()
                .isThrownBy(() -> taker.take(NAME, new Wanted("http-wasm", false), image))
                .withMessage("image is of abi wasi-cgi, not http-wasm");
        assertThat(taker.take(NAME, new Wanted("wasi-cgi", false), image).abi())
                .isEqualTo(Abi.WASI_CGI);
    }

    /// The same with a class that no compiler of ours makes.
    private static ImageContent withForeignClass(ImageContent image) throws IOException {
        String name = "dev.cress.wasm.TakenImageTest";
        Map<String, byte[]> classes = new HashMap<>(image.compiled().classes());
        try (var in = TakenImageTest.class.getResourceAsStream("TakenImageTest.class")) {
            classes.put(name, in.readAllBytes());
        }
        var compiled =
                new GuestCode.Compiled(
                        image.compiled().main(), classes, image.compiled().interpreted());
        return new ImageContent(
                image.abi(),
                image.entries(),
                image.starts(),
                image.stripped(),
                compiled,
                image.state(),
                image.note());
    }

    private byte[] inadmissible() throws RefusedModuleException, IOException {
        ImageContent good = ImageFile.read(Files.readAllBytes(image()));
        return ImageFile.write(withForeignClass(good));
    }

    @Test
    void codeThatIsNotAdmittedIsNotTaken() throws Exception {
        byte[] image = inadmissible();
        assertThatIOException()
                .isThrownBy(() -> take(image))
                .withMessageContaining("compiled code is refused");
        assertThat(taker.kept(NAME, Wanted.AUTO)).isEmpty();
    }

    @Test
    void codeThatIsNotAdmittedIsBuiltAnewWhereItWasKept() throws Exception {
        ImageContent bad = ImageFile.read(inadmissible());
        new ImageStore(folder.resolve("taker"), 1 << 30).keep(NAME + "-auto", bad);
        assertThat(taker.isKept(NAME, Wanted.AUTO)).isTrue();
        assertThat(taker.kept(NAME, Wanted.AUTO)).isEmpty();
        assertThat(taker.isKept(NAME, Wanted.AUTO)).isFalse();
        assertThat(taker.prepare(HELLO, Wanted.AUTO).abi()).isEqualTo(Abi.WASI_CGI);
        assertThat(taker.imagesBuilt()).isEqualTo(1);
    }

    @Test
    void codeThatIsNotAdmittedAfterABuildRefusesTheModule() throws Exception {
        ImageContent bad = ImageFile.read(inadmissible());
        try (var host = WasmHost.builtBy((module, wanted) -> bad)) {
            assertThatThrownBy(() -> host.prepare(HELLO, Wanted.AUTO))
                    .isInstanceOf(RefusedModuleException.class)
                    .hasMessageContaining("compiled code is refused");
        }
    }
}
