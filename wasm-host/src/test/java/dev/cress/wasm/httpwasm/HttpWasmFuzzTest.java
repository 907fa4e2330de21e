package dev.cress.wasm.httpwasm;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.HostileGuest;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

/// Any sequence of a handler's calls, before and after next, answers or ends the guest, and leaves
/// only what HTTP allows.
@Timeout(20)
class HttpWasmFuzzTest implements HostileGuest.Host {
    private static final long ALLOCATED_BYTES_MAX = 1 << 20;

    private final HandlerCaller caller = new HandlerCaller();
    private int stage;

    /// The first byte says where the request stands, in each run.
    @MethodSource("dev.cress.wasm.fuzz.HostileGuest#some")
    @FuzzTest
    void anyCallsAnswerOrEndTheGuest(byte[] input) {
        var choices = new Choices(input);
        stage = choices.u8() % HandlerCaller.STAGES;
        caller.beginAt(stage);
        new HostileGuest(HandlerCaller.FUNCTIONS, ALLOCATED_BYTES_MAX, this).play(choices);
        end();
    }

    private void end() {
        try {
            caller.endSoundly();
        } catch (GuestEnded tooLarge) {
            assertThat(tooLarge.outcome().toString()).startsWith("ResponseTooLarge");
        }
    }

    @Override
    public GuestMemory memory() {
        return caller.memory;
    }

    @Override
    public void restart() {
        end();
        caller.beginAt(stage);
    }

    @Override
    public long call(String function, long... arguments) {
        return caller.call(function, arguments);
    }

    @Override
    public void check(String function, long result) {
        assertThat(caller.budget.bytesTaken()).isLessThanOrEqualTo(caller.budget.bytesMax());
    }
}
