package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

/// A run can't tell whether its isolate was used before: whatever a guest did to its state and
/// however it ended, the next run answers as it would on a fresh host. The pool compares each reset
/// with a fresh isolate besides, and throws here when they differ. `-Dcress.seeds=2000` tries as
/// many programs, from the seed `-Dcress.seed` on.
class ResetTest {
    private static final int SEEDS = Integer.getInteger("cress.seeds", 32);
    private static final long FIRST_SEED = Long.getLong("cress.seed", 0);
    private static final int RUNS = 12;

    /// What a client sees of a run.
    private record Answer(Outcome outcome, String body) {}

    private static Answer answer(Isolates isolates, int way) {
        byte[] request = {(byte) way};
        var exchange = RecordedExchange.of("POST", "/", request, List.of(), Map.of());
        Outcome outcome = isolates.run(exchange, RunLimits.DEFAULT).execute().outcome();
        return new Answer(outcome, HexFormat.of().formatHex(exchange.bodyBytes()));
    }

    private static Answer fresh(byte[] module, int way) throws RefusedModuleException {
        try (var host = new WasmHost(64 * MIB);
                var isolates = host.isolates(host.prepare(module, "auto"))) {
            return answer(isolates, way);
        }
    }

    static LongStream seeds() {
        return LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aRunAfterAnyOthersAnswersAsOnAFreshHost(long seed) throws RefusedModuleException {
        byte[] module = RandomProgram.of(seed);
        var expected = new Answer[RandomProgram.WAYS];
        for (int way = 0; way < expected.length; way++) {
            expected[way] = fresh(module, way);
        }
        var random = new Random(seed);
        try (var host = new WasmHost(64 * MIB);
                var isolates = host.isolates(host.prepare(module, "auto"))) {
            for (int run = 0; run < RUNS; run++) {
                int way = random.nextInt(RandomProgram.WAYS);
                assertThat(answer(isolates, way))
                        .as("seed %d, run %d, way %d", seed, run, way)
                        .isEqualTo(expected[way]);
            }
        }
    }
}
