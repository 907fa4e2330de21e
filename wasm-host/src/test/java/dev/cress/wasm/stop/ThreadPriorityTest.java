package dev.cress.wasm.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    /// In a process of its own: here an earlier test may have had this thread yield, and what a
    /// thread has those have that it starts.
    @Test
    void whatYieldsHasALongerSliceThanWhoeverIsWoken() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process child =
                new ProcessBuilder(
                                java,
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Yielding.class.getName())
                        .start();
        List<Long> slices = child.inputReader().lines().map(Long::valueOf).toList();
        assertThat(slices).hasSize(2);
        assumeThat(slices.getFirst()).as("slices are told by Linux since 6.12").isPositive();
        assertThat(slices.getFirst()).isLessThan(100_000_000);
        assertThat(slices.getLast()).isEqualTo(100_000_000);
    }

    /// A program that says what slice its thread has before it yields, and then.
    static final class Yielding {
        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) {
            System.out.println(slice(ThreadPriority.here()));
            ThreadPriority.lowerHere();
            System.out.println(slice(ThreadPriority.here()));
        }
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

    /// In ns, or 0.
    private static long slice(int thread) {
        try (var lines = Files.lines(Path.of("/proc/self/task/" + thread + "/sched"))) {
            return lines.filter(line -> line.startsWith("se.slice"))
                    .mapToLong(
                            line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
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
