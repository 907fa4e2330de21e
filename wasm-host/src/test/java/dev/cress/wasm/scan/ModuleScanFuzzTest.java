package dev.cress.wasm.scan;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.fuzz.HeapUse;
import dev.cress.wasm.guest.RefusedModuleException;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Set;
import java.util.stream.Stream;

/// Any bytes are refused with a reason, or are a module that can be stripped and that the engine's
/// parser takes or refuses; and all that in memory that its size accounts for.
@Timeout(20)
class ModuleScanFuzzTest {
    private static final int SEED_BYTES_MAX = 2_000;

    /// What an exception and its message take.
    private static final long FIXED_BYTES = 1 << 18;

    private static final int SCAN_BYTES_PER_BYTE = 8;

    /// The parser keeps objects for instructions, and one for each local, of which a byte declares
    /// thousands.
    private static final int PARSE_BYTES_PER_BYTE = 2_000;

    private static final long PARSE_BYTES_PER_LOCAL = 64;

    static Stream<byte[]> modules() {
        return Stream.concat(
                Stream.of(whole()),
                HostileModules.all()
                        .map(Hostile::module)
                        .filter(module -> module.length <= SEED_BYTES_MAX));
    }

    /// Something of everything.
    private static byte[] whole() {
        var module = Assembler.withMemory(1);
        module.wasi("fd_write", "iiii");
        module.table(5, 9).global(7);
        var code = WasmBytes.bytes(0x02, 0x40, 0x03, 0x40, 0x0c, 1, 0x0b, 0x0b).end();
        int nothing = module.function("iI", "", code);
        module.data(100, new byte[] {1, 2, 3}).passiveData(new byte[9]);
        module.element(2, nothing).passiveElements(nothing);
        return module.start(WasmBytes.bytes(0xfc, 9, 0, 0xfc, 13, 0).end()).toBytes();
    }

    @MethodSource("modules")
    @FuzzTest
    void anyBytesAreAModuleOrRefused(byte[] module) {
        var heap = new HeapUse();
        try {
            ModuleOutline outline = ModuleScan.scan(module);
            heap.requireAtMost(
                    FIXED_BYTES + SCAN_BYTES_PER_BYTE * (long) module.length, "the scan");
            strip(module, outline);
            parse(module, outline.functions());
        } catch (RefusedModuleException refused) {
            heap.requireAtMost(
                    FIXED_BYTES + SCAN_BYTES_PER_BYTE * (long) module.length, "the scan");
            assertThat(refused.getMessage()).isNotBlank().hasSizeLessThan(400).doesNotContain("\n");
        }
    }

    private static void strip(byte[] module, ModuleOutline outline) throws RefusedModuleException {
        byte[] stripped = StrippedModule.of(module, outline.uses(), Set.of());
        assertThat(ModuleScan.scan(stripped).functions()).isEqualTo(outline.functions());
        assertThat(CustomSections.find(stripped, "name")).isEmpty();
        CustomSections.find(module, "name")
                .ifPresent(names -> assertThat(names.length).isLessThan(module.length));
    }

    private static void parse(byte[] module, int functions) {
        var heap = new HeapUse();
        try {
            ModuleParser.parse(module);
        } catch (RuntimeException | StackOverflowError | AssertionError refused) {
            assertThat(refused).isNotInstanceOf(OutOfMemoryError.class);
        }
        long locals =
                Math.min(ScanLimits.LOCALS_IN_ALL_MAX, (long) functions * ScanLimits.LOCALS_MAX);
        heap.requireAtMost(
                FIXED_BYTES
                        + PARSE_BYTES_PER_LOCAL * locals
                        + PARSE_BYTES_PER_BYTE * (long) module.length,
                "the parser");
    }
}
