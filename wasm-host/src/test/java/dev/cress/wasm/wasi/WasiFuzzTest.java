package dev.cress.wasm.wasi;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.HostileGuest;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.Watchdog;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;

/// Any sequence of WASI calls answers with error numbers, traps or ends the guest, and leaves files
/// within their limits.
@Timeout(20)
class WasiFuzzTest implements HostileGuest.Host {
    /// A transfer's buffer, a trap with its stack, and what the generator takes for 64 KiB of
    /// random.
    private static final long ALLOCATED_BYTES_MAX = 1 << 20;

    private static final int ERRNO_MAX = 76;
    private static final Duration WALL = Duration.ofMillis(2);

    /// What the guest finds in its memory, at places that it likes.
    private static final List<String> PATHS =
            List.of(
                    "f",
                    "index.html",
                    "css",
                    "css/site.css",
                    "deep/er/../er/file",
                    "d",
                    "d/g",
                    "..");

    private static final int PATH_BYTES = 32;
    private final WasiCaller caller = new WasiCaller();
    private final Watchdog watchdog = new Watchdog();
    private Watchdog.@Nullable Watch watch;

    @AfterEach
    void close() {
        watchdog.close();
    }

    @MethodSource("dev.cress.wasm.fuzz.HostileGuest#some")
    @FuzzTest
    void anyCallsAnswerOrEndTheGuest(byte[] input) {
        caller.mounts = FileSystems::both;
        caller.memory.fill((byte) 0, 0, WasiCaller.MEMORY_BYTES);
        restart();
        for (int i = 0; i < PATHS.size(); i++) {
            caller.memory.write(PATH_BYTES * i, PATHS.get(i).getBytes(UTF_8));
        }
        try {
            new HostileGuest(WasiCaller.FUNCTIONS, ALLOCATED_BYTES_MAX, this)
                    .play(new Choices(input));
        } finally {
            endOfRun();
        }
    }

    private void endOfRun() {
        caller.word.end();
        if (watch != null) {
            watch.close();
        }
    }

    @Override
    public GuestMemory memory() {
        return caller.memory;
    }

    @Override
    public void restart() {
        endOfRun();
        caller.output.reset();
        caller.errors.reset();
        caller.input("some input");
        caller.restart(List.of("program", "x"), List.of("A=1", "B=2"));
        caller.openScratchFile();
        watch = watchdog.watch(caller.word, Duration.ofSeconds(9), WALL);
    }

    @Override
    public long call(String function, long... arguments) {
        return caller.call(function, arguments);
    }

    @Override
    public void check(String function, long result) {
        assertThat(result).as(function).isBetween(0L, (long) ERRNO_MAX);
        assertThat(caller.memory.bytesBeside()).isBetween(0L, (long) WasiCaller.BUDGET_BYTES);
    }
}
