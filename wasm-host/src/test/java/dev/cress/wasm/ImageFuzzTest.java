package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.HeapUse;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/// An image that was spoiled in any way, and signed all the same, is refused or runs within its
/// limits.
@Timeout(20)
class ImageFuzzTest {
    private static final int EDITS_MAX = 16;

    /// The image as it is read, and places for all granules of the largest memory.
    private static final long READ_BYTES_MAX = 4 << 20;

    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofMillis(100), Duration.ofMillis(200), MIB, 64 * 1024, MIB, 4 * 1024);

    private static final WasmHost HOST = new WasmHost(16 * MIB);
    private static final byte[] SOUND = sound();

    @AfterAll
    static void close() {
        HOST.close();
    }

    /// Something of everything: a loop, calls, a table, memory, segments.
    private static byte[] sound() {
        var module = Assembler.withMemory(1).table(5, 9).global(7);
        int write = module.wasi("fd_write", "iiii");
        int nothing = module.function("", "", bytes().end());
        var loop = bytes(0x03, 0x40).call(nothing).i32(0).u8(0x0d, 0, 0x0b);
        loop.i32(1).i32(0).i32(1).i32(8).call(write).drop();
        module.data(1_000, new byte[] {1, 2, 3}).element(2, nothing);
        module.export("_start", 0, module.function("", "", loop.end()));
        try (var watchdog = new Watchdog()) {
            var budget = new MemoryBudget(1 << 24);
            return ImageFile.write(
                    ModuleBuild.build(module.toBytes(), Wanted.AUTO, budget, watchdog));
        } catch (RefusedModuleException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /// Four bytes for each edit: where, what kind, which byte.
    @FuzzTest
    void anySpoiledImageIsRefusedOrRuns(byte[] input) {
        var choices = new Choices(input);
        byte[] image = SOUND;
        for (int i = 0; i < EDITS_MAX && choices.isLeft(); i++) {
            image = edited(image, choices);
        }
        var heap = new HeapUse();
        try {
            var content = ImageFile.read(image);
            heap.requireAtMost(READ_BYTES_MAX, "reading");
            assertThat(ImageFile.write(ImageFile.read(ImageFile.write(content))))
                    .isEqualTo(ImageFile.write(content));
            run(Image.load(content));
        } catch (IOException | WasmHostException refused) {
            assertThat(refused).hasNoSuppressedExceptions();
        }
    }

    private static byte[] edited(byte[] image, Choices choices) {
        int at = choices.u16() % (image.length + 1);
        int kind = choices.u8();
        byte value = (byte) choices.u8();
        return switch (kind & 7) {
            case 0 -> Arrays.copyOf(image, at);
            case 1 -> spliced(image, at, 1, new byte[0]);
            case 2 -> spliced(image, at, 0, new byte[] {value});
            case 3 -> spliced(image, at, 4, new byte[] {value, value, value, value});
            default -> spliced(image, at, 1, new byte[] {value});
        };
    }

    /// Puts `more` in the place of some bytes.
    private static byte[] spliced(byte[] image, int at, int replaced, byte[] more) {
        int rest = Math.min(image.length, at + replaced);
        byte[] result = Arrays.copyOf(image, at + more.length + image.length - rest);
        System.arraycopy(more, 0, result, at, more.length);
        System.arraycopy(image, rest, result, at + more.length, image.length - rest);
        return result;
    }

    private static void run(Image image) {
        try (Isolates isolates = HOST.isolates(image)) {
            var exchange = RecordedExchange.get("/");
            assertThat(isolates.run(exchange, LIMITS).execute().outcome()).isNotNull();
        }
    }
}
