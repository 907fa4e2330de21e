package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/// No run sees what another one left. The guests tell what they saw by their exit code.
class IsolationTest {
    private static final WasmHost HOST = new WasmHost(256 * MIB);

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static Outcome run(Image image) {
        return Guests.run(HOST, image, RecordedExchange.get("/"), RunLimits.DEFAULT)
                .execute()
                .outcome();
    }

    /// A guest with a table of one entry that may grow to 100,000, whose code leaves its exit code
    /// on the stack.
    private static Image exitingWith(WasmBytes code) throws RefusedModuleException {
        var module = Assembler.withMemory(1).table(1, 100_000).global(0);
        int exit = module.wasi("proc_exit", "i");
        module.passiveData(new byte[4]);
        return HOST.prepare(module.start(code.call(exit).end()).toBytes(), "auto");
    }

    private static WasmBytes grownBy(int entries) {
        return bytes(0xd0, WasmBytes.FUNCREF).i32(entries).u8(0xfc, 15, 0);
    }

    /// Changes all that a guest can change and exits with 1 + 10 × global + 100 × table + 1,000 ×
    /// pages as it finds them then.
    private static Image changingAll() throws RefusedModuleException {
        WasmBytes code =
                bytes()
                        // memory.init, data.drop: a dropped segment would trap
                        .i32(200)
                        .i32(0)
                        .i32(4)
                        .u8(0xfc, 8, 0, 0)
                        .u8(0xfc, 9, 0)
                        // the memory's cell, the global: one more
                        .i32(100)
                        .i32(100)
                        .u8(0x28, 2, 0)
                        .i32(1)
                        .u8(0x6a)
                        .u8(0x36, 2, 0)
                        .u8(0x23, 0)
                        .i32(1)
                        .u8(0x6a, 0x24, 0)
                        .add(grownBy(1))
                        .drop()
                        .i32(1)
                        .u8(0x40, 0)
                        .drop()
                        .i32(100)
                        .u8(0x28, 2, 0)
                        .u8(0x23, 0)
                        .i32(10)
                        .u8(0x6c, 0x6a)
                        .u8(0xfc, 16, 0)
                        .i32(100)
                        .u8(0x6c, 0x6a)
                        .u8(0x3f, 0)
                        .i32(1_000)
                        .u8(0x6c, 0x6a);
        return exitingWith(code);
    }

    @Test
    void everyRunStartsAsTheFirstDid() throws RefusedModuleException {
        Image image = changingAll();
        for (int i = 0; i < 100; i++) {
            assertThat(run(image)).isEqualTo(new Outcome.Exited(2_211));
        }
        HOST.releaseIdle();
        assertThat(HOST.guestMemoryBytes()).isZero();
    }

    @Test
    void runsAtTheSameTimeDoNotSeeEachOther()
            throws RefusedModuleException, InterruptedException, ExecutionException {
        Image image = changingAll();
        var tasks = new ArrayList<Callable<Outcome>>();
        for (int i = 0; i < 4_000; i++) {
            tasks.add(() -> run(image));
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var outcome : threads.invokeAll(tasks)) {
                assertThat(outcome.get()).isEqualTo(new Outcome.Exited(2_211));
            }
        }
        HOST.releaseIdle();
        assertThat(HOST.guestMemoryBytes()).isZero();
    }

    @Test
    void tableGrowthBeyondTheCapAnswersMinusOne() throws RefusedModuleException {
        assertThat(run(exitingWith(grownBy(100_000)))).isEqualTo(new Outcome.Exited(-1));
        assertThat(run(exitingWith(grownBy(0x7fff_ffff)))).isEqualTo(new Outcome.Exited(-1));
        assertThat(run(exitingWith(grownBy(-1)))).isEqualTo(new Outcome.Exited(-1));
    }

    @Test
    void memoryGrowthBeyondTheCapAnswersMinusOneAndDyingOfItIsNamed()
            throws RefusedModuleException {
        for (int pages : new int[] {65_536, 0x7fff_ffff, -1, 2_048}) {
            var code = bytes().i32(pages).u8(0x40, 0);
            assertThat(run(exitingWith(code)))
                    .isEqualTo(new Outcome.OutOfMemory(RunLimits.DEFAULT.memoryBytes()));
        }
    }

    @Test
    void badTableAccessIsATrap() throws RefusedModuleException {
        WasmBytes[] codes = {
            // table.copy of 2³¹-1 entries, forwards and backwards
            bytes().i32(1).i32(1).i32(0x7fff_ffff).u8(0xfc, 14, 0, 0).i32(0),
            bytes().i32(2).i32(1).i32(0x7fff_ffff).u8(0xfc, 14, 0, 0).i32(0),
            // call_indirect of no function, and of no entry
            bytes().i32(0).u8(0x11, 1, 0).i32(0),
            bytes().i32(1).u8(0x11, 1, 0).i32(0),
            bytes().i32(-1).u8(0x11, 1, 0).i32(0),
            // return_call_indirect, table.get, table.set, table.fill
            bytes().i32(-1).u8(0x13, 1, 0).i32(0),
            bytes().i32(-1).u8(0x25, 0).drop().i32(0),
            bytes().i32(-1).u8(0xd0, WasmBytes.FUNCREF, 0x26, 0).i32(0),
            bytes().i32(1).u8(0xd0, WasmBytes.FUNCREF).i32(-1).u8(0xfc, 17, 0).i32(0)
        };
        for (WasmBytes code : codes) {
            assertThat(run(exitingWith(code))).isInstanceOf(Outcome.Trapped.class);
        }
    }

    @Test
    void badMemoryAccessIsATrap() throws RefusedModuleException {
        WasmBytes[] codes = {
            bytes().i32(65_533).u8(0x28, 2, 0),
            bytes().i32(-4).u8(0x28, 2, 0),
            bytes().i32(0).u8(0x28, 2).u32(0xffff_fffcL),
            bytes().i32(0x7fff_ffff).u8(0x28, 2).u32(0x7fff_ffffL),
            bytes().i32(0).i32(0).i32(65_537).u8(0xfc, 11, 0).i32(0),
            bytes().i32(-1).i32(0).i32(2).u8(0xfc, 11, 0).i32(0),
            bytes().i32(1).i32(0).i32(-1).u8(0xfc, 10, 0, 0).i32(0),
            bytes().i32(0).i32(-1).i32(2).u8(0xfc, 10, 0, 0).i32(0),
            bytes().i32(0).i32(3).i32(2).u8(0xfc, 8, 0, 0).i32(0),
            bytes().i32(0).i32(-1).i32(2).u8(0xfc, 8, 0, 0).i32(0),
            bytes().i32(-1).i32(0).i32(1).u8(0xfc, 8, 0, 0).i32(0)
        };
        for (WasmBytes code : codes) {
            assertThat(run(exitingWith(code)))
                    .isInstanceOfSatisfying(
                            Outcome.Trapped.class,
                            t -> assertThat(t.reason()).contains("out of bounds"));
        }
    }

    @Test
    void arithmeticThatHasNoAnswerIsATrap() throws RefusedModuleException {
        WasmBytes[] codes = {
            bytes().i32(1).i32(0).u8(0x6d),
            bytes().i32(1).i32(0).u8(0x6f),
            bytes().i32(1).i32(0).u8(0x70),
            bytes().i32(Integer.MIN_VALUE).i32(-1).u8(0x6d),
            bytes().i64(1).i64(0).u8(0x80, 0xa7),
            bytes().i64(Long.MIN_VALUE).i64(-1).u8(0x7f, 0xa7),
            bytes(0x43, 0, 0, 0xc0, 0x7f, 0xa8)
        };
        for (WasmBytes code : codes) {
            assertThat(run(exitingWith(code))).isInstanceOf(Outcome.Trapped.class);
        }
    }
}
