package dev.cress.wasm.wasi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.GuestStopped;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopReason;

import org.junit.jupiter.api.Test;

import run.endive.runtime.TrapException;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;

/// What a guest finds when it asks properly, byte by byte as the witx file lays it out.
class WasiCallsTest {
    private final WasiCaller wasi = new WasiCaller();

    @Test
    void allFunctionsOfPreviewOneAreThere() {
        assertThat(WasiCaller.FUNCTIONS).hasSize(46);
    }

    @Test
    void argumentsAndEnvironmentAreLaidOutOneAfterTheOther() {
        wasi.restart(List.of("fn", "é"), List.of("A=1", "LONG=x y", "EMPTY="));
        wasi.memory.fill((byte) '#', 0, WasiCaller.MEMORY_BYTES);
        assertThat(wasi.call("args_sizes_get", 0, 4)).isZero();
        assertThat(wasi.memory.readInt(0)).isEqualTo(2);
        assertThat(wasi.memory.readInt(4)).isEqualTo(6);
        assertThat(wasi.call("args_get", 16, 100)).isZero();
        assertThat(wasi.memory.readInt(16)).isEqualTo(100);
        assertThat(wasi.memory.readInt(20)).isEqualTo(103);
        assertThat(wasi.text(100, 7)).isEqualTo("fn\0é\0#");
        assertThat(wasi.call("environ_sizes_get", 0, 4)).isZero();
        assertThat(wasi.memory.readInt(0)).isEqualTo(3);
        assertThat(wasi.memory.readInt(4)).isEqualTo(20);
        assertThat(wasi.call("environ_get", 32, 200)).isZero();
        assertThat(wasi.memory.readInt(32)).isEqualTo(200);
        assertThat(wasi.memory.readInt(36)).isEqualTo(204);
        assertThat(wasi.memory.readInt(40)).isEqualTo(213);
        assertThat(wasi.text(200, 21)).isEqualTo("A=1\0LONG=x y\0EMPTY=\0#");
    }

    @Test
    void anEnvironmentThatDoesNotFitTheMemoryTraps() {
        wasi.restart(List.of(), List.of("A=12345678"));
        assertThatThrownBy(() -> wasi.call("environ_get", 0, WasiCaller.MEMORY_BYTES - 10))
                .isInstanceOf(TrapException.class);
    }

    @Test
    void clocksAreCoarseAndNearTheTruth() {
        for (int clock = 0; clock < 2; clock++) {
            assertThat(wasi.call("clock_res_get", clock, 0)).isZero();
            assertThat(wasi.memory.readLong(0)).isEqualTo(10_000);
            assertThat(wasi.call("clock_time_get", clock, 1, 8)).isZero();
            assertThat(wasi.memory.readLong(8) % 10_000).isZero();
        }
        wasi.call("clock_time_get", 0, 0, 8);
        long seconds = wasi.memory.readLong(8) / 1_000_000_000;
        assertThat(seconds).isBetween(now() - 5, now());
        assertThat(wasi.call("clock_time_get", 2, 0, 8)).isEqualTo(Errno.INVAL);
        assertThat(wasi.call("clock_res_get", -1, 8)).isEqualTo(Errno.INVAL);
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    @Test
    void randomFillsExactlyWhatWasAskedAndNeverRepeats() {
        var seen = new HashSet<Long>();
        for (int i = 0; i < 1_000; i++) {
            wasi.memory.fill((byte) 0, 0, 64);
            assertThat(wasi.call("random_get", 8, 16)).isZero();
            assertThat(wasi.memory.readLong(0)).isZero();
            assertThat(wasi.memory.readLong(24)).isZero();
            seen.add(wasi.memory.readLong(8));
            seen.add(wasi.memory.readLong(16));
        }
        assertThat(seen).hasSize(2_000).doesNotContain(0L);
        assertThat(wasi.call("random_get", 0, WasiCaller.MEMORY_BYTES)).isZero();
        assertThat(wasi.memory.readLong(WasiCaller.MEMORY_BYTES - 8)).isNotZero();
        assertThat(wasi.call("random_get", 0, -1)).isEqualTo(Errno.FAULT);
    }

    private void vector(int index, int at, int length) {
        wasi.memory.writeI32(8 * index, at);
        wasi.memory.writeI32(8 * index + 4, length);
    }

    @Test
    void readingTakesWhatIsThereAndEndsWithZero() {
        wasi.input("hello");
        vector(0, 500, 0);
        vector(1, 512, 3);
        vector(2, 600, 100);
        assertThat(wasi.call("fd_read", 0, 0, 3, 400)).isZero();
        assertThat(wasi.memory.readInt(400)).isEqualTo(3);
        assertThat(wasi.text(512, 3)).isEqualTo("hel");
        assertThat(wasi.call("fd_read", 0, 16, 1, 400)).isZero();
        assertThat(wasi.memory.readInt(400)).isEqualTo(2);
        assertThat(wasi.text(600, 2)).isEqualTo("lo");
        assertThat(wasi.call("fd_read", 0, 16, 1, 400)).isZero();
        assertThat(wasi.memory.readInt(400)).isZero();
        assertThat(wasi.call("fd_read", 1, 16, 1, 400)).isEqualTo(Errno.BADF);
    }

    @Test
    void writingGathersAllVectorsInOrder() {
        wasi.memory.write(512, "onetwo".getBytes(US_ASCII));
        vector(0, 515, 3);
        vector(1, 0, 0);
        vector(2, 512, 6);
        assertThat(wasi.call("fd_write", 1, 0, 3, 400)).isZero();
        assertThat(wasi.memory.readInt(400)).isEqualTo(9);
        assertThat(wasi.output.toString(US_ASCII)).isEqualTo("twoonetwo");
        assertThat(wasi.call("fd_write", 2, 0, 1, 400)).isZero();
        assertThat(wasi.errors.size()).isEqualTo(3);
        assertThat(wasi.call("fd_write", 0, 0, 1, 400)).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_write", 1, 0, 1_025, 400)).isEqualTo(Errno.INVAL);
        assertThat(wasi.call("fd_write", 1, 0, -1, 400)).isEqualTo(Errno.INVAL);
    }

    @Test
    void oneWriteMovesAtMostSixtyFourKibibytes() {
        for (int i = 0; i < 3; i++) {
            vector(i, 0, 40_000);
        }
        assertThat(wasi.call("fd_write", 1, 0, 3, 60_000)).isZero();
        assertThat(wasi.memory.readInt(60_000)).isEqualTo(65_536);
        assertThat(wasi.output.size()).isEqualTo(65_536);
    }

    @Test
    void aClosedDescriptorIsBad() {
        assertThat(wasi.call("fd_close", 1)).isZero();
        assertThat(wasi.call("fd_close", 1)).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_write", 1, 0, 0, 400)).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_fdstat_get", 1, 400)).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_filestat_get", 1, 400)).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_seek", 1, 0, 0, 400)).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_prestat_get", 3, 400)).isEqualTo(Errno.BADF);
    }

    @Test
    void aStreamsStatusIsTwentyFourBytes() {
        wasi.memory.fill((byte) -1, 400, 440);
        assertThat(wasi.call("fd_fdstat_get", 0, 400)).isZero();
        assertThat(wasi.memory.readLong(400)).isZero();
        assertThat(wasi.memory.readLong(408)).isEqualTo(1L << 1);
        assertThat(wasi.memory.readLong(416)).isZero();
        assertThat(wasi.memory.readLong(424)).isEqualTo(-1);
        assertThat(wasi.call("fd_fdstat_get", 1, 400)).isZero();
        assertThat(wasi.memory.readLong(408)).isEqualTo(1L << 6);
    }

    @Test
    void aStreamsFileStatusIsSixtyFourBytes() {
        wasi.memory.fill((byte) -1, 392, 480);
        assertThat(wasi.call("fd_filestat_get", 2, 400)).isZero();
        for (int at = 400; at < 464; at += 8) {
            assertThat(wasi.memory.readLong(at)).isEqualTo(at == 424 ? 1 : 0);
        }
        assertThat(wasi.memory.readLong(392)).isEqualTo(-1);
        assertThat(wasi.memory.readLong(464)).isEqualTo(-1);
    }

    @Test
    void exitingEndsTheGuestWithItsCode() {
        assertThatThrownBy(() -> wasi.call("proc_exit", 3))
                .isInstanceOfSatisfying(
                        GuestEnded.class,
                        end -> assertThat(end.outcome()).isEqualTo(new Outcome.Exited(3)));
    }

    private void subscription(int index, int kind, int clock, long timeout, int flags) {
        int at = 48 * index;
        wasi.memory.fill((byte) 0, at, at + 48);
        wasi.memory.writeLong(at, 100 + index);
        wasi.memory.writeByte(at + 8, (byte) kind);
        wasi.memory.writeI32(at + 16, clock);
        wasi.memory.writeLong(at + 24, timeout);
        wasi.memory.writeShort(at + 40, (short) flags);
    }

    @Test
    void pollWaitsForTheFirstClockAndNamesIt() {
        subscription(0, 0, 1, Duration.ofHours(1).toNanos(), 0);
        subscription(1, 0, 1, Duration.ofMillis(20).toNanos(), 0);
        wasi.memory.fill((byte) -1, 400, 500);
        long start = System.nanoTime();
        assertThat(wasi.call("poll_oneoff", 0, 400, 2, 300)).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(20), Duration.ofSeconds(30));
        assertThat(wasi.memory.readInt(300)).isEqualTo(1);
        assertThat(wasi.memory.readLong(400)).isEqualTo(101);
        assertThat(wasi.memory.readShort(408)).isZero();
        assertThat(wasi.memory.read(410)).isZero();
        assertThat(wasi.memory.readLong(432)).isEqualTo(-1);
    }

    @Test
    void aMomentThatHasPassedIsDueAtOnce() {
        subscription(0, 0, 0, 1, 1);
        assertThat(wasi.call("poll_oneoff", 0, 400, 1, 300)).isZero();
        assertThat(wasi.memory.readInt(300)).isEqualTo(1);
    }

    @Test
    void streamsAreReadyAndUnknownClocksAreAnErrorOfTheirOwn() {
        subscription(0, 1, 0, 0, 0);
        subscription(1, 0, 9, 5, 0);
        assertThat(wasi.call("poll_oneoff", 0, 400, 2, 300)).isZero();
        assertThat(wasi.memory.readInt(300)).isEqualTo(2);
        assertThat(wasi.memory.read(410)).isEqualTo((byte) 1);
        assertThat(wasi.memory.readLong(416)).isEqualTo(1);
        assertThat(wasi.memory.readShort(440)).isEqualTo((short) Errno.INVAL);
        assertThat(wasi.call("poll_oneoff", 0, 400, 0, 300)).isEqualTo(Errno.INVAL);
    }

    @Test
    void aStopEndsAPollHoweverFarItsMomentIs() throws InterruptedException {
        long[][] moments = {{Long.MAX_VALUE, 0}, {-1, 0}, {-1, 1}, {Long.MAX_VALUE, 1}};
        for (long[] moment : moments) {
            wasi.restart(List.of(), List.of());
            subscription(0, 0, 1, moment[0], (int) moment[1]);
            var word = wasi.word;
            Thread stopper = stopOnceInHost(word, Thread.currentThread());
            assertThatThrownBy(() -> wasi.call("poll_oneoff", 0, 400, 1, 300))
                    .isInstanceOf(GuestStopped.class);
            word.end();
            stopper.join();
            assertThat(word.reason()).isEqualTo(StopReason.ABANDONED);
        }
    }

    private static Thread stopOnceInHost(RunWord word, Thread guest) {
        return Thread.ofPlatform()
                .start(
                        () -> {
                            while (guest.getState() != Thread.State.TIMED_WAITING) {
                                Thread.onSpinWait();
                            }
                            word.stop(StopReason.ABANDONED);
                        });
    }
}
