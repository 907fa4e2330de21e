package dev.cress.wasm.extism;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.GrantedExchange;
import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.HostileGuest;
import dev.cress.wasm.fuzz.SoundHttp;
import dev.cress.wasm.memory.GuestMemory;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

/// Any sequence of a plug-in's calls answers or ends the guest, and takes no more memory than the
/// guest may have.
@Timeout(20)
class ExtismFuzzTest implements HostileGuest.Host {
    /// A variable's value, and the texts of the largest HTTP request.
    private static final long ALLOCATED_BYTES_MAX = Variables.BYTES_MAX + (1 << 20);

    private final PluginCaller caller = new PluginCaller();
    private GrantedExchange exchange = GrantedExchange.grantingAll();

    @MethodSource("dev.cress.wasm.fuzz.HostileGuest#some")
    @FuzzTest
    void anyCallsAnswerOrEndTheGuest(byte[] input) {
        caller.memory.reset(caller.memory.takeInitial());
        caller.memory.fill((byte) 0, 0, caller.memory.size());
        restart();
        new HostileGuest(PluginCaller.FUNCTIONS, ALLOCATED_BYTES_MAX, this)
                .play(new Choices(input));
        SoundHttp.check(exchange);
    }

    @Override
    public GuestMemory memory() {
        return caller.memory;
    }

    @Override
    public void restart() {
        caller.memory.reset(caller.memory.takeInitial());
        SoundHttp.check(exchange);
        exchange = GrantedExchange.grantingAll();
        caller.restart(exchange);
        caller.block("KEY");
        caller.block("{\"url\": \"https://a.example/\", \"headers\": {\"a\": \"b\"}}");
    }

    @Override
    public long call(String function, long... arguments) {
        return caller.call(function, arguments);
    }

    @Override
    public void check(String function, long result) {
        assertThat(caller.budget.bytesTaken()).isBetween(0L, (long) PluginCaller.BYTES_MAX);
    }
}
