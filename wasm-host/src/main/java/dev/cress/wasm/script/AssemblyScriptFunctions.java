package dev.cress.wasm.script;

import static java.nio.charset.StandardCharsets.UTF_16LE;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;

/// What a module of AssemblyScript's compiler imports by itself: `env.abort`, called when an
/// assertion or an allocation fails, and `env.seed` for its `Math.random`.
public final class AssemblyScriptFunctions {
    public static final HostCalls<HostRun> CALLS =
            new HostCalls<HostRun>(Family.ASSEMBLY_SCRIPT, run -> run)
                    .add("env", "abort", "iiii", AssemblyScriptFunctions::abort)
                    .add("env", "seed", "", "F", AssemblyScriptFunctions::seed);

    /// A string's length in bytes stands before its text.
    private static final int LENGTH_BYTES = 4;

    private static final int TEXT_BYTES_MAX = 200;

    private AssemblyScriptFunctions() {}

    private static void abort(HostRun run, long[] arguments) {
        throw new GuestEnded(
                new Outcome.Trapped(
                        "abort: %s at %s:%d:%d"
                                .formatted(
                                        text(run.memory(), (int) arguments[0]),
                                        text(run.memory(), (int) arguments[1]),
                                        arguments[2],
                                        arguments[3])));
    }

    private static String text(GuestMemory memory, int at) {
        if (Integer.compareUnsigned(at, LENGTH_BYTES) < 0
                || Integer.compareUnsigned(at, memory.size()) >= 0) {
            return "";
        }
        long length = Integer.toUnsignedLong(memory.readInt(at - LENGTH_BYTES));
        int shown = (int) Math.min(Math.min(length, TEXT_BYTES_MAX), memory.size() - at);
        return Shown.of(new String(memory.readBytes(at, shown & ~1), UTF_16LE));
    }

    private static long seed(HostRun run, long[] arguments) {
        run.differs();
        return Double.doubleToRawLongBits(run.random().nextDouble());
    }
}
