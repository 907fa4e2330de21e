package dev.cress.wasm.fastly;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.GrantedExchange;
import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.HostileGuest;
import dev.cress.wasm.fuzz.SoundHttp;
import dev.cress.wasm.memory.GuestMemory;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

/// Any sequence of Fastly's calls answers with statuses, traps or ends the guest, and sends nothing
/// that isn't HTTP.
@Timeout(20)
class FastlyFuzzTest implements HostileGuest.Host {
    /// Buffers of 64 KiB, a body that grows to what a page holds, a trap with its stack.
    private static final long ALLOCATED_BYTES_MAX = 2 << 20;

    private static final int STATUS_MAX = 14;
    private static final List<String> LINES =
            FastlyRehearsal.SCRIPT.lines().filter(line -> !line.isEmpty()).toList();

    private final FastlyCaller caller = new FastlyCaller();
    private GrantedExchange exchange = GrantedExchange.grantingAll();
    private int linesPlayed;

    /// The first byte says how much of the rehearsal goes before, in each run.
    @MethodSource("dev.cress.wasm.fuzz.HostileGuest#some")
    @FuzzTest
    void anyCallsAnswerOrEndTheGuest(byte[] input) {
        var choices = new Choices(input);
        linesPlayed = choices.u8() % (LINES.size() + 1);
        caller.memory.fill((byte) 0, 0, FastlyCaller.MEMORY_BYTES);
        restart();
        new HostileGuest(FastlyCaller.FUNCTIONS, ALLOCATED_BYTES_MAX, this).play(choices);
        SoundHttp.check(exchange);
    }

    @Override
    public GuestMemory memory() {
        return caller.memory;
    }

    @Override
    public void restart() {
        SoundHttp.check(exchange);
        exchange = caller.restart();
        FastlyRehearsal script = caller.script();
        for (String line : LINES.subList(0, linesPlayed)) {
            script.call(line);
        }
    }

    @Override
    public long call(String function, long... arguments) {
        return caller.call(function, arguments);
    }

    @Override
    public void check(String function, long result) {
        assertThat(result).as(function).isBetween(0L, (long) STATUS_MAX);
    }
}
