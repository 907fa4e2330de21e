package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A start section runs once, when its module is prepared; again for each request only if it asked
/// for what differs from run to run. One that fails refuses the module.
class StartSectionTest {
    private static final int EXIT = 0;
    private static final int RANDOM = 1;
    private static final int COUNTER = 100;
    private static final int SEED = 200;

    private final WasmHost host = new WasmHost(256 * MIB);

    @AfterEach
    void allMemoryIsGivenBack() {
        host.releaseIdle();
        assertThat(host.guestMemoryBytes()).isZero();
        host.close();
    }

    /// Exits with what stands at this address once the start section has run.
    private Image startingWith(WasmBytes start, int shown) throws RefusedModuleException {
        var module = Assembler.withMemory(1).global(0);
        module.wasi("proc_exit", "i");
        module.wasi("random_get", "ii");
        module.startSection(module.function("", "", start.end()));
        module.start(bytes().i32(shown).u8(0x28, 2, 0).call(EXIT).end());
        return host.prepare(module.toBytes(), "auto");
    }

    private static WasmBytes counting() {
        return bytes().i32(COUNTER).i32(COUNTER).u8(0x28, 2, 0).i32(1).u8(0x6a, 0x36, 2, 0);
    }

    private static WasmBytes seeding() {
        return bytes().i32(SEED).i32(4).call(RANDOM).drop();
    }

    private void isRefused(WasmBytes start, String why) {
        assertThatExceptionOfType(RefusedModuleException.class)
                .isThrownBy(() -> startingWith(start, COUNTER))
                .withMessageContaining(why)
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("invalid-module"));
    }

    private Outcome run(Isolates isolates) {
        var run = isolates.run(RecordedExchange.get("/"), RunLimits.DEFAULT);
        return run.execute().outcome();
    }

    @Test
    void whatItDidIsThereForEachRequestAndDoneOnce() throws RefusedModuleException {
        try (var isolates = host.isolates(startingWith(counting(), COUNTER))) {
            for (int i = 0; i < 5; i++) {
                assertThat(run(isolates)).isEqualTo(new Outcome.Exited(1));
            }
        }
    }

    @Test
    void oneThatReadsRandomRunsForEachRequestFromTheBeginning() throws RefusedModuleException {
        try (var isolates = host.isolates(startingWith(seeding().add(counting()), COUNTER))) {
            for (int i = 0; i < 5; i++) {
                assertThat(run(isolates)).isEqualTo(new Outcome.Exited(1));
            }
        }
    }

    @Test
    void oneThatReadsRandomSeedsEachRequestAnew() throws RefusedModuleException {
        try (var isolates = host.isolates(startingWith(seeding(), SEED))) {
            assertThat(run(isolates)).isNotEqualTo(run(isolates));
        }
    }

    @Test
    void itsGrowthIsThereForEachRequest() throws RefusedModuleException {
        var growing = bytes().i32(9).u8(0x40, 0).drop().i32(COUNTER).u8(0x3f, 0, 0x36, 2, 0);
        Image image = startingWith(growing, COUNTER);
        assertThat(image.initialMemoryBytes()).isEqualTo(10 * 65_536);
        try (var isolates = host.isolates(image)) {
            assertThat(run(isolates)).isEqualTo(new Outcome.Exited(10));
            assertThat(run(isolates)).isEqualTo(new Outcome.Exited(10));
        }
    }

    @Test
    void oneThatTrapsIsRefused() {
        isRefused(bytes(0x00), "start section trapped: Trapped on unreachable instruction");
    }

    @Test
    void oneThatEndsTheProgramIsRefused() {
        isRefused(bytes().i32(0).call(EXIT), "start section ended the program");
        isRefused(bytes().i32(7).call(EXIT), "start section ended the program");
    }

    @Test
    void oneThatAllocatesWithoutEndIsRefusedWhenItDiesOfIt() {
        // page by page until there are no more, then unreachable
        var code = bytes(0x03, 0x40).i32(1).u8(0x40, 0).i32(-1).u8(0x47, 0x0d, 0).end();
        isRefused(code.u8(0x00), "start section trapped");
    }

    @Test
    void oneThatRecursesWithoutEndIsRefused() {
        // the functions before it are the two that are imported
        isRefused(bytes().call(RANDOM + 1), "start section trapped");
    }

    @Test
    void aRandomOneThatTrapsLaterTrapsForTheRequest() throws RefusedModuleException {
        try (var isolates = host.isolates(startingWith(seeding().u8(0x00), COUNTER))) {
            assertThat(run(isolates)).isInstanceOf(Outcome.Trapped.class);
        }
    }
}
