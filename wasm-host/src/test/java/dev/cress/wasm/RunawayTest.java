package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/// A guest that misbehaves meets its limit, and the host is as good as new.
class RunawayTest {
    private static final WasmHost HOST = new WasmHost(512 * MIB);
    private static final Guests GUESTS = new Guests(HOST);
    private static final RunLimits LIMITS = limits(Duration.ofMillis(300), Duration.ofMinutes(1));

    private static RunLimits limits(Duration cpu, Duration wall) {
        return new RunLimits(cpu, wall, 16 * MIB, 64 * 1024, MIB, 4 * 1024);
    }

    @AfterAll
    static void close() {
        HOST.close();
    }

    @AfterEach
    void leavesNothingBehind() {
        HOST.releaseIdle();
        assertThat(HOST.guestMemoryBytes()).isZero();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(run("/ok").outcome()).isEqualTo(new Outcome.Completed());
    }

    private static RunResult run(String path) {
        return run(RecordedExchange.get(path), LIMITS);
    }

    private static RunResult run(RecordedExchange exchange, RunLimits limits) {
        return Guests.run(HOST, GUESTS.image("runaway"), exchange, limits).execute();
    }

    @Test
    void spinningEndsAtTheCpuLimit() {
        RunResult result = run("/spin");
        assertThat(result.outcome()).isEqualTo(new Outcome.OutOfCpu(LIMITS.cpu()));
        assertThat(Duration.ofNanos(result.cpuNanos())).isGreaterThanOrEqualTo(LIMITS.cpu());
    }

    @Test
    void sleepingEndsAtTheWallLimit() {
        var limits = limits(LIMITS.cpu(), Duration.ofMillis(1_500));
        RunResult result = run(RecordedExchange.get("/sleep"), limits);
        assertThat(result.outcome()).isEqualTo(new Outcome.OutOfTime(limits.wall()));
        assertThat(Duration.ofNanos(result.cpuNanos())).isLessThan(limits.cpu());
    }

    @Test
    void allocatingWithoutEndDiesOfTheMemoryLimit() {
        assertThat(run("/allocate").outcome())
                .isEqualTo(new Outcome.OutOfMemory(LIMITS.memoryBytes()));
    }

    @Test
    void anUnreachableInstructionTraps() {
        assertThat(run("/trap").outcome())
                .isInstanceOfSatisfying(
                        Outcome.Trapped.class, t -> assertThat(t.reason()).contains("unreachable"));
    }

    @Test
    void dividingByZeroTraps() {
        assertThat(run("/divide").outcome()).isInstanceOf(Outcome.Trapped.class);
    }

    @Test
    void recursionTrapsAndLeavesTheThreadUsable() {
        assertThat(run("/recurse").outcome()).isInstanceOf(Outcome.Trapped.class);
    }

    @Test
    void floodingTheBodyEndsAtTheResponseLimit() {
        assertThat(run("/flood").outcome()).isEqualTo(new Outcome.ResponseTooLarge("body", MIB));
    }

    @Test
    void floodingTheHeadersEndsAtTheHeaderLimit() {
        assertThat(run("/flood-headers").outcome())
                .isEqualTo(new Outcome.ResponseTooLarge("headers", 64 * 1024));
    }

    @Test
    void floodingTheLogIsCutAndTheAnswerStands() {
        var exchange = RecordedExchange.get("/stderr");
        assertThat(run(exchange, LIMITS).outcome()).isEqualTo(new Outcome.Completed());
        assertThat(exchange.bodyText()).contains("done");
        assertThat(exchange.logText()).hasSizeLessThan(4 * 1024 + 100).contains("cut");
    }

    @Test
    void exitingNonZeroIsNamedWithItsCode() {
        assertThat(run("/exit").outcome()).isEqualTo(new Outcome.Exited(3));
    }

    @Test
    void garbageAndSilenceBreakTheProtocol() {
        assertThat(run("/garbage").outcome()).isInstanceOf(Outcome.BrokeProtocol.class);
        assertThat(run("/empty").outcome()).isInstanceOf(Outcome.BrokeProtocol.class);
    }

    @Test
    void abandoningStopsARunThatHasNotBegun() {
        var run = Guests.run(HOST, GUESTS.image("runaway"), RecordedExchange.get("/spin"), LIMITS);
        run.abandon();
        assertThat(run.execute().outcome()).isEqualTo(new Outcome.Abandoned());
    }
}
