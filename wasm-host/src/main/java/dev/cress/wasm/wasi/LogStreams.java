package dev.cress.wasm.wasi;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.host.HostRun;

import java.util.Arrays;

/// Nothing to read; what is written goes to the function's log, at `info`: it says no level.
final class LogStreams implements GuestStreams {
    private final HostRun run;

    LogStreams(HostRun run) {
        this.run = run;
    }

    @Override
    public int readInput(byte[] into, int offset, int length) {
        return -1;
    }

    @Override
    public void writeOutput(byte[] output, int length) {
        if (hearsErrors()) {
            run.log().write(LogLevel.INFO, Arrays.copyOf(output, length));
        }
    }

    @Override
    public boolean hearsErrors() {
        return run.log().keeps(LogLevel.INFO);
    }

    @Override
    public void writeError(byte[] output) {
        run.log().write(LogLevel.INFO, output);
    }
}
