package dev.cress.wasm.cgi;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.wasi.GuestStreams;

/// The streams of a CGI guest: the request's body, its answer, its log.
final class CgiStreams implements GuestStreams {
    private final HostRun run;
    private final CgiResponse response;

    CgiStreams(HostRun run) {
        this.run = run;
        this.response = new CgiResponse(run.response());
    }

    /// The guest ended by itself with exit code 0.
    void end() {
        response.end();
    }

    @Override
    public int readInput(byte[] into, int offset, int length) {
        int count = run.exchange().read(into, offset, length);
        run.word().checkStopped();
        return count;
    }

    @Override
    public void writeOutput(byte[] output, int length) {
        response.write(output, length);
    }

    @Override
    public boolean hearsErrors() {
        return run.log().keeps(LogLevel.INFO);
    }

    /// Says no level: `info`.
    @Override
    public void writeError(byte[] output) {
        run.log().write(LogLevel.INFO, output);
    }
}
