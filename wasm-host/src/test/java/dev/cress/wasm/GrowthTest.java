package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A memory ends where the guest's pages end, however much room the host holds behind them.
@Timeout(120)
class GrowthTest {
    private static final int PAGE = 65_536;
    private static final int PAGES_MAX = 2_048;
    private static final WasmBytes PAGES = bytes(0x3f, 0);

    private final WasmHost host = new WasmHost(512 * MIB);

    @AfterEach
    void close() {
        host.close();
    }

    /// A guest of one page. If the request's body isn't empty it runs the one code, else the other;
    /// either leaves an exit code.
    private Isolates isolates(WasmBytes withBody, WasmBytes without) throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        int exit = module.wasi("proc_exit", "i");
        int read = module.wasi("fd_read", "iiii");
        module.data(0, bytes(8, 0, 0, 0, 1, 0, 0, 0).toBytes());
        var code = bytes().i32(0).i32(0).i32(1).i32(16).call(read).drop().i32(16);
        code.u8(0x28, 2, 0, 0x04, 0x7f).add(withBody).u8(0x05).add(without).end();
        return host.isolates(host.prepare(module.start(code.call(exit).end()).toBytes(), "auto"));
    }

    private static Outcome run(Isolates isolates, boolean withBody) {
        return run(isolates, withBody, RunLimits.DEFAULT);
    }

    private static Outcome run(Isolates isolates, boolean withBody, RunLimits limits) {
        byte[] body = new byte[withBody ? 1 : 0];
        var exchange = RecordedExchange.of("POST", "/", body, List.of(), Map.of());
        return isolates.run(exchange, limits).execute().outcome();
    }

    /// Grows by so many pages, one at a time, and answers how many there are then.
    private static WasmBytes grownPageByPage(int pages) {
        var code = bytes(0x03, 0x40).i32(1).u8(0x40, 0).drop().add(PAGES).i32(pages);
        return code.u8(0x48, 0x0d, 0).end().add(PAGES);
    }

    private static WasmBytes storeAtTheEnd(int opcode, int before) {
        var code = bytes().add(PAGES).i32(PAGE).u8(0x6c).i32(before).u8(0x6b);
        boolean wide = opcode == 0x37 || opcode >= 0x3c;
        code.add(
                switch (opcode) {
                    case 0x38 -> bytes().f32(1);
                    case 0x39 -> bytes().f64(1);
                    default -> wide ? bytes().i64(1) : bytes().i32(1);
                });
        return code.u8(opcode, 0, 0);
    }

    private static boolean trapped(Outcome outcome) {
        return outcome instanceof Outcome.Trapped trap && trap.reason().contains("out of bounds");
    }

    @Test
    void aStoreBehindTheLastPageTrapsThoughThereIsRoom() throws RefusedModuleException {
        // page by page from 1 to 20: the room is taken in advance
        for (int opcode = 0x36; opcode <= 0x3e; opcode++) {
            var code = grownPageByPage(20).drop().add(storeAtTheEnd(opcode, 0)).i32(5);
            try (var isolates = isolates(code, bytes().i32(0))) {
                assertThat(trapped(run(isolates, true))).as("store %x", opcode).isTrue();
            }
        }
    }

    @Test
    void aStoreBehindThePagesOfThisRunTrapsThoughOthersGrewFarther() throws RefusedModuleException {
        int[] widths = {4, 8, 4, 8, 1, 2, 1, 2, 4};
        for (int opcode = 0x36; opcode <= 0x3e; opcode++) {
            for (int before = 0; before < widths[opcode - 0x36]; before++) {
                var store = storeAtTheEnd(opcode, before).i32(5);
                try (var isolates = isolates(grownPageByPage(20), store)) {
                    for (int i = 0; i < 3; i++) {
                        assertThat(run(isolates, true)).isEqualTo(new Outcome.Exited(20));
                    }
                    assertThat(isolates.idle()).as("isolates with room").isPositive();
                    assertThat(trapped(run(isolates, false))).as("store %x", opcode).isTrue();
                }
            }
        }
    }

    @Test
    void whatAnEarlierRunWroteInItsGrowthIsZeroForTheNext() throws RefusedModuleException {
        var writing = grownPageByPage(20).drop().i32(20 * PAGE - 8).i64(-1).u8(0x37, 0, 0);
        var reading = grownPageByPage(20).drop().i32(20 * PAGE - 8).u8(0x29, 0, 0, 0x50);
        try (var isolates = isolates(writing.i32(3), reading)) {
            for (int i = 0; i < 4; i++) {
                assertThat(run(isolates, true)).isEqualTo(new Outcome.Exited(3));
                assertThat(run(isolates, false)).isEqualTo(new Outcome.Exited(1));
            }
        }
    }

    @Test
    void growingPageByPageToTheCapIsLinear() throws RefusedModuleException {
        // copying at each step took 10 s; now it's 0.3 to 1 s, for 400 MiB of fresh pages
        var limits = HostileGuestsTest.limits(Duration.ofSeconds(4));
        try (var isolates = isolates(grownPageByPage(PAGES_MAX), bytes().i32(0))) {
            assertThat(run(isolates, true, limits)).isEqualTo(new Outcome.Exited(PAGES_MAX));
        }
    }

    @Test
    void aMemoryThatOnlyOneRunNeededIsGivenBack() throws RefusedModuleException {
        try (var isolates = isolates(grownPageByPage(1_000), bytes().i32(0))) {
            run(isolates, true);
            run(isolates, false);
            assertThat(host.guestMemoryBytes()).isLessThanOrEqualTo(2 * PAGE);
        }
    }
}
