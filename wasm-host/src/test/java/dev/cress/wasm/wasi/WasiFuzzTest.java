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
import java.util.stream.Stream;

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

    /// What a guest does with files: a folder, a file in it, links, and what the version brought.
    private static final String FILES =
            """
            path_create_directory 4 @10 1
            path_open 4 0 @12 3 1 63 63 0 @40
            path_filestat_get 4 1 @12 3 @50
            path_filestat_set_times 4 0 @12 3 1 1 5
            path_link 4 0 @12 3 4 @4 3
            path_symlink @0 1 4 @2 10
            path_readlink 4 @2 10 @50 32 @40
            path_rename 4 @2 10 4 @12 3
            path_unlink_file 4 @12 3
            path_remove_directory 4 @10 1
            path_open 3 1 @6 12 0 2 2 0 @40
            path_open 3 0 @8 19 0 2 2 0 @40
            fd_readdir 3 @50 60 0 @40
            fd_readdir 4 @50 60 0 @40
            """;

    private final WasiCaller caller = new WasiCaller();
    private final Watchdog watchdog = new Watchdog();
    private Watchdog.@Nullable Watch watch;

    @AfterEach
    void close() {
        watchdog.close();
    }

    static Stream<byte[]> guests() {
        return Stream.concat(
                HostileGuest.some(), Stream.of(HostileGuest.calling(WasiCaller.FUNCTIONS, FILES)));
    }

    @MethodSource("guests")
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
        // what it has grown to is not the call's
        caller.output.reset();
        caller.errors.reset();
        return caller.call(function, arguments);
    }

    @Override
    public void check(String function, long result) {
        assertThat(result).as(function).isBetween(0L, (long) ERRNO_MAX);
        assertThat(caller.memory.bytesBeside()).isBetween(0L, (long) WasiCaller.BUDGET_BYTES);
    }
}
