package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

/// Isolates that wait hold memory only as long as nobody needs it more.
@Timeout(30)
class PoolTest {
    private static final int PAGE = 65_536;
    private static final int PAGES = 40;

    /// One and a half of the guest's.
    private final WasmHost host = new WasmHost(60L * PAGE);

    @AfterEach
    void allMemoryIsGivenBack() {
        host.releaseIdle();
        assertThat(host.guestMemoryBytes()).isZero();
        host.close();
    }

    /// Reads its request's body, then exits with 3.
    private Image image(int pages) throws RefusedModuleException {
        var module = Assembler.withMemory(pages);
        int exit = module.wasi("proc_exit", "i");
        int read = module.wasi("fd_read", "iiii");
        module.data(0, bytes(8, 0, 0, 0, 1, 0, 0, 0).toBytes());
        var code = bytes().i32(0).i32(0).i32(1).i32(16).call(read).drop().i32(3).call(exit);
        return host.prepare(module.start(code.end()).toBytes(), "auto");
    }

    private static Outcome run(Isolates isolates) {
        var run = isolates.run(RecordedExchange.get("/"), RunLimits.DEFAULT);
        return run.execute().outcome();
    }

    /// Runs that wait for their clients, each on a thread of its own.
    private static final class Waiting {
        private final List<GuestRun> runs = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();

        static Waiting of(Isolates isolates, int count) {
            var waiting = new Waiting();
            for (int i = 0; i < count; i++) {
                var exchange = new BlockedExchange();
                var run = isolates.run(exchange, RunLimits.DEFAULT);
                waiting.runs.add(run);
                waiting.threads.add(Thread.ofPlatform().start(run::execute));
                exchange.awaitGuest();
            }
            return waiting;
        }

        void end() throws InterruptedException {
            runs.forEach(GuestRun::abandon);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Test
    void isolatesThatWaitGiveWayToAnotherPoolsRun() throws RefusedModuleException {
        Image image = image(PAGES);
        try (var first = host.isolates(image);
                var second = host.isolates(image)) {
            assertThat(run(first)).isEqualTo(new Outcome.Exited(3));
            assertThat(first.idle()).isEqualTo(1);
            assertThat(run(second)).isEqualTo(new Outcome.Exited(3));
            assertThat(first.idle() + second.idle()).as("of either").isEqualTo(1);
            assertThat(run(first)).isEqualTo(new Outcome.Exited(3));
        }
    }

    @Test
    void aRunUnderWayGivesWayToNobody() throws RefusedModuleException, InterruptedException {
        Image image = image(PAGES);
        try (var first = host.isolates(image);
                var second = host.isolates(image)) {
            var waiting = Waiting.of(first, 1);
            assertThat(run(second)).isEqualTo(new Outcome.NoMemory(PAGES * PAGE, 60L * PAGE));
            waiting.end();
            assertThat(run(second)).isEqualTo(new Outcome.Exited(3));
        }
    }

    @Test
    void manyThatWaitGiveWayTogether() throws RefusedModuleException, InterruptedException {
        try (var small = host.isolates(image(4));
                var large = host.isolates(image(PAGES))) {
            Waiting.of(small, 12).end();
            assertThat(small.idle()).isGreaterThan(6);
            assertThat(run(large)).isEqualTo(new Outcome.Exited(3));
            assertThat(host.guestMemoryBytes()).isLessThanOrEqualTo(60L * PAGE);
        }
    }

    @Test
    void aPoolThatIsClosedWithRunsUnderWayGivesAllBackWhenTheyEnd()
            throws RefusedModuleException, InterruptedException {
        Isolates isolates = host.isolates(image(4));
        run(isolates);
        var waiting = Waiting.of(isolates, 8);
        isolates.close();
        await().until(() -> host.guestMemoryBytes() == 8L * 4 * PAGE);
        waiting.end();
        assertThat(isolates.idle()).isZero();
        assertThat(host.guestMemoryBytes()).isZero();
    }
}
