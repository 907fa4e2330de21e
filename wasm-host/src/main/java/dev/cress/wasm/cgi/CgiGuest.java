package dev.cress.wasm.cgi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.wasi.GuestStreams;
import dev.cress.wasm.wasi.WasiProcess;
import dev.cress.wasm.wasi.WasiProcess.Words;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/// One request on its way through a CGI guest. Lives as long as the run, on the guest's thread.
public final class CgiGuest implements GuestStreams {
    private final GuestExchange exchange;
    private final CgiResponse response;
    private final RunWord word;
    private int logBytesLeft;
    private boolean logCut;

    private CgiGuest(RunWord word, GuestExchange exchange, RunLimits limits) {
        this.word = word;
        this.exchange = exchange;
        this.response = new CgiResponse(exchange, limits);
        this.logBytesLeft = limits.logBytes();
    }

    /// Makes the memory's guest ready to be started for this exchange.
    public static CgiGuest prepare(
            RunWord word,
            GuestMemory memory,
            GuestExchange exchange,
            RunLimits limits,
            SecureRandom random) {
        var guest = new CgiGuest(word, exchange, limits);
        memory.attach(
                new WasiProcess(word, memory, () -> words(exchange.request()), guest, random));
        return guest;
    }

    private static Words words(GuestRequest request) {
        byte[] program = request.place().function().getBytes(UTF_8);
        return new Words(List.of(program), CgiEnvironment.of(request));
    }

    /// The guest ended by itself with exit code 0.
    public void end() {
        response.end();
    }

    @Override
    public int readInput(byte[] into, int offset, int length) {
        int count = exchange.read(into, offset, length);
        word.checkStopped();
        return count;
    }

    @Override
    public void writeOutput(byte[] output) {
        response.write(output);
    }

    @Override
    public void writeError(byte[] output) {
        if (output.length <= logBytesLeft) {
            logBytesLeft -= output.length;
            exchange.log(output);
        } else if (!logCut) {
            logCut = true;
            exchange.log(Arrays.copyOf(output, logBytesLeft));
            logBytesLeft = 0;
            exchange.log("\n… cut: the log of one request ends here\n".getBytes(UTF_8));
        }
    }
}
