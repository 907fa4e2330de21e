package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.scan.ModuleScan;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;

/// A module that was damaged or bent is taken or refused, never anything else, however it was bent.
class MutatedModulesTest {
    private static final int SCANNED = 12_000;
    private static final int PREPARED = 120;
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofMillis(50),
                    Duration.ofMillis(200),
                    16 * MIB,
                    64 * 1024,
                    MIB,
                    4 * 1024);

    private static boolean passesScan(byte[] module) {
        try {
            ModuleScan.scan(module);
            return true;
        } catch (RefusedModuleException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"hello, 1", "runaway, 2"})
    void isScannedInMemoryThatItsOwnSizeAccountsFor(String example, long seed) {
        var mutations = new Mutations(Guests.bytes(example), Integer.MAX_VALUE, seed);
        int passed = 0;
        for (int i = 0; i < SCANNED; i++) {
            byte[] module = mutations.next();
            long before = THREAD.getCurrentThreadAllocatedBytes();
            passed += passesScan(module) ? 1 : 0;
            long allocated = THREAD.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(8L * module.length + 64 * 1024);
        }
        assertThat(passed).isBetween(SCANNED / 20, SCANNED * 19 / 20);
    }

    @ParameterizedTest
    @CsvSource({"hello, 3, 400", "runaway, 4, 500", "hello, 5, 100000"})
    void isAnImageThatRunsOrIsRefused(String example, long seed, int reach) {
        var mutations = new Mutations(Guests.bytes(example), reach, seed);
        int prepared = 0;
        try (var host = new WasmHost(64 * MIB)) {
            for (int tried = 0; tried < PREPARED; ) {
                byte[] module = mutations.next();
                if (passesScan(module)) {
                    tried++;
                    prepared += runs(host, module) ? 1 : 0;
                }
            }
            host.releaseIdle();
            assertThat(host.guestMemoryBytes()).isZero();
        }
        assertThat(prepared).isPositive();
    }

    private static boolean runs(WasmHost host, byte[] module) {
        try {
            Image image = host.prepare(module, "auto");
            var exchange = RecordedExchange.get("/?name=Ada");
            try (Isolates isolates = host.isolates(image)) {
                assertThat(isolates.run(exchange, LIMITS).execute().outcome()).isNotNull();
                assertThat(isolates.run(exchange, LIMITS).execute().outcome()).isNotNull();
            }
            return true;
        } catch (RefusedModuleException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "runaway"})
    void isRefusedWhereverItIsCutOff(String example) {
        byte[] whole = Guests.bytes(example);
        var boundaries = SectionBoundaries.of(whole);
        int passed = 0;
        for (int length = 0; length < whole.length; length++) {
            if (passesScan(Arrays.copyOf(whole, length))) {
                assertThat(boundaries).contains(length);
                passed++;
            }
        }
        // the bare header, types, imports: and code without its data
        assertThat(passed).isLessThan(boundaries.size());
    }

    @Test
    void aScanOfAWholeModuleTakesLittle() throws RefusedModuleException {
        byte[] module = Guests.bytes("hello");
        ModuleScan.scan(module);
        long before = THREAD.getCurrentThreadAllocatedBytes();
        ModuleScan.scan(module);
        assertThat(THREAD.getCurrentThreadAllocatedBytes() - before).isLessThan(module.length);
    }
}
