package dev.cress.wasm.build;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.build.ChildBuilder.Limits;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;

/// A module that takes too much to build is refused, its process is gone, and the next one is
/// built.
@Timeout(60)
class ChildBuilderTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final byte[] GOOD = Assembler.withMemory(1).start(bytes().end()).toBytes();

    @AfterEach
    void noProcessIsLeft() {
        ProcessHandle.current().children().forEach(child -> child.onExit().join());
    }

    private static ChildBuilder builder(int heapMib, Duration cpu, Duration wall) {
        return new ChildBuilder(new Limits(heapMib, cpu, wall, 1, MINUTE));
    }

    private static RefusedModuleException refusal(ImageBuilder builder, byte[] module) {
        var refused =
                catchThrowableOfType(
                        RefusedModuleException.class, () -> builder.build(module, Wanted.AUTO));
        assertThat(refused).as("refusal").isNotNull();
        return refused;
    }

    private static void refusesAndGoesOn(ChildBuilder builder, byte[] module, String why)
            throws RefusedModuleException {
        RefusedModuleException refused = refusal(builder, module);
        assertThat(refused.code()).isEqualTo("build-limit");
        assertThat(refused).hasMessage(why);
        assertThat(builder.build(GOOD, Wanted.AUTO).starts()).isEmpty();
    }

    private static byte[] startingWith(Assembler module, WasmBytes code) {
        module.startSection(module.function("", "", code.end())).start(bytes().end());
        return module.toBytes();
    }

    @Test
    void aModuleThatTakesTooMuchMemoryIsRefused() throws RefusedModuleException {
        byte[] module = startingWith(Assembler.withMemory(1_500), bytes());
        refusesAndGoesOn(
                builder(48, MINUTE, MINUTE),
                module,
                "module takes more than 48 MiB of memory to build");
    }

    @Test
    void aModuleThatTakesTooMuchCpuTimeIsRefused() {
        // its own limit is 2 s, and starting takes some
        byte[] module = startingWith(Assembler.withMemory(1), bytes(0x03, 0x40, 0x0c, 0, 0x0b));
        var refused = refusal(builder(256, Duration.ofSeconds(2), MINUTE), module);
        assertThat(refused.code()).isEqualTo("build-limit");
        assertThat(refused).hasMessage("module takes more than 2 s of CPU time to build");
    }

    @Test
    void aModuleThatTakesTooLongIsRefused() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        int poll = module.wasi("poll_oneoff", "iiii");
        // the monotonic clock, in 73 years
        module.data(64, bytes(1).repeat(14, 0).u8(0x20).toBytes());
        var sleeping = bytes().i32(48).i32(200).i32(1).i32(8).call(poll).drop();
        refusesAndGoesOn(
                builder(256, MINUTE, Duration.ofSeconds(8)),
                startingWith(module, sleeping),
                "module takes more than 8 s to build");
    }

    @Test
    void aRefusalIsTheOneThatTheBuildGivesHere() {
        byte[][] modules = {
            Assembler.withMemory(1).toBytes(),
            startingWith(Assembler.withMemory(1), bytes(0x00)),
            Assembler.withMemory(1).start(bytes(0x6a).end()).toBytes(),
            {0, 'a', 's', 'm', 1}
        };
        ImageBuilder child = builder(256, MINUTE, MINUTE);
        try (var watchdog = new Watchdog()) {
            ImageBuilder here =
                    (module, wanted) ->
                            ModuleBuild.build(module, wanted, new MemoryBudget(1 << 28), watchdog);
            for (byte[] module : modules) {
                RefusedModuleException expected = refusal(here, module);
                RefusedModuleException refused = refusal(child, module);
                assertThat(refused.code()).isEqualTo(expected.code());
                assertThat(refused).hasMessage(expected.getMessage());
            }
        }
    }

    @Test
    void anImageIsTheOneThatTheBuildGivesHere() throws RefusedModuleException {
        try (var watchdog = new Watchdog()) {
            var here = ModuleBuild.build(GOOD, Wanted.AUTO, new MemoryBudget(1 << 20), watchdog);
            var child = builder(256, MINUTE, MINUTE).build(GOOD, Wanted.AUTO);
            assertThat(ImageFile.write(child)).isEqualTo(ImageFile.write(here));
        }
    }
}
