package dev.cress.wasm.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

class ThreadPriorityTest {
    /// Where `nice` stands among the fields after the name, proc_pid_stat(5).
    private static final int NICE = 16;

    @BeforeEach
    void onLinux() {
        assumeThat(System.getProperty("os.name"))
                .as("elsewhere a thread has no priority of its own that we could lower")
                .isEqualTo("Linux");
    }

    @Test
    void lowersTheThreadThatIsNamedAndNoOther() {
        int here = ThreadPriority.here();
        int before = nice(here);
        CompletableFuture<Integer> other = new CompletableFuture<>();
        Thread.ofPlatform()
                .start(
                        () -> {
                            ThreadPriority.lower(ThreadPriority.here());
                            other.complete(nice(ThreadPriority.here()));
                        });
        assertThat(other.join()).isEqualTo(19);
        assertThat(nice(here)).isEqualTo(before);
    }

    @Test
    void aRunThatTakesLongYieldsAndAQuickOneDoesNot() {
        try (var watchdog = new Watchdog()) {
            assertThat(yielding(watchdog, Duration.ofMillis(200))).isTrue();
            assertThat(yielding(watchdog, Duration.ofMillis(1))).isFalse();
        }
    }

    private static boolean yielding(Watchdog watchdog, Duration busy) {
        CompletableFuture<Boolean> yielding = new CompletableFuture<>();
        Thread.ofPlatform()
                .start(
                        () -> {
                            var word = new RunWord(_ -> {});
                            var hour = Duration.ofHours(1);
                            Watchdog.Watch watch = watchdog.watch(word, hour, hour);
                            while (watch.cpuNanos() < busy.toNanos()) {
                                Thread.onSpinWait();
                            }
                            watch.close();
                            yielding.complete(watch.yielding());
                        });
        return yielding.join();
    }

    private static int nice(int thread) {
        try {
            String stat = Files.readString(Path.of("/proc/self/task/" + thread + "/stat"));
            String fields = stat.substring(stat.indexOf(')') + 2);
            return Integer.parseInt(fields.split(" ", -1)[NICE]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
