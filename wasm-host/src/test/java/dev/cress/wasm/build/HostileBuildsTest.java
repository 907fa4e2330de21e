package dev.cress.wasm.build;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.build.ChildBuilder.Limits;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.stream.Stream;

/// Modules at the limits of the scan are built, or refused with the limit that they hit: in no more
/// time than a build has.
@Timeout(120)
@Order(3)
class HostileBuildsTest {
    private static final Duration CPU = Duration.ofSeconds(20);
    private static final Duration WALL = Duration.ofSeconds(40);
    private static final Duration LATE = Duration.ofSeconds(15);

    private record Hostile(String what, Assembler module) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Hostile functions(String what, int count, WasmBytes code) {
        var module = Assembler.withMemory(1);
        for (int i = 0; i < count; i++) {
            module.function("", "", code);
        }
        return new Hostile(what, module.start(bytes().end()));
    }

    static Stream<Hostile> all() {
        var table = bytes().repeat(700, 0x02, 0x40).i32(0).u8(0x0e).u32(65_520);
        for (int i = 0; i <= 65_520; i++) {
            table.u32(i % 700);
        }
        return Stream.of(
                functions("100,000 functions", 99_999, bytes().end()),
                functions(
                        "blocks 4,999 deep",
                        20,
                        bytes().repeat(4_999, 0x02, 0x40).repeat(5_000, 0x0b)),
                functions("a branch table of 65,520", 1, table.repeat(701, 0x0b)),
                functions("2 MB of nothing", 1, bytes().repeat(2_000_000, 0x01).end()),
                functions(
                        "branches that drop much",
                        30,
                        bytes(0x02, 0x40)
                                .repeat(900, 0x41, 0)
                                .repeat(60, 0x41, 0, 0x0d, 0)
                                .u8(0x00)
                                .end()
                                .end()));
    }

    @ParameterizedTest
    @MethodSource("all")
    void isBuiltOrRefusedInTime(Hostile hostile) {
        byte[] module = hostile.module().toBytes();
        var builder = new ChildBuilder(new Limits(1_024, CPU, WALL, 1, WALL));
        long start = System.nanoTime();
        String said = "";
        try {
            assertThat(builder.build(module, Wanted.AUTO).stripped()).isNotEmpty();
        } catch (RefusedModuleException refused) {
            assertThat(refused.code()).isIn("build-limit", "module-too-large", "invalid-module");
            said = refused.getMessage();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as(said)
                .isLessThan(WALL.plus(LATE));
    }
}
