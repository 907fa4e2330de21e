package dev.cress.node.outbound;

import static dev.cress.node.outbound.OutboundHouse.ask;
import static dev.cress.node.outbound.OutboundHouse.get;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The run's end is the end of everything that it waits for.
class StopTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private final OutboundHouse house = new OutboundHouse(OutboundHouse.LOOPBACK);
    private final RawServer silent = new RawServer(RawServer::readHead);
    private final ExecutorService guest =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().factory());

    private final RunOutbound run = house.run(List.of(silent.url("")));

    private interface Wait {
        Object until() throws OutboundException;
    }

    @AfterEach
    void close() throws IOException {
        guest.shutdownNow();
        house.close();
        silent.close();
    }

    /// Waits on a guest's thread, stops the run once it waits; what came of it and how fast.
    private Object stopped(RunOutbound stopping, Wait wait) throws Exception {
        var thread = new CompletableFuture<Thread>();
        var result =
                guest.submit(
                        () -> {
                            thread.complete(Thread.currentThread());
                            try {
                                return wait.until();
                            } catch (OutboundException e) {
                                return e.reason();
                            }
                        });
        Thread waiting = thread.get();
        await().pollInterval(Duration.ofMillis(1))
                .until(
                        () -> {
                            Thread.State state = waiting.getState();
                            return state == Thread.State.WAITING
                                    || state == Thread.State.TIMED_WAITING;
                        });
        long begin = System.nanoTime();
        stopping.stop();
        Object came = result.get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_ONCE);
        return came;
    }

    @Test
    void whoWaitsForAHeadHearsOfTheStopAtOnce() throws Exception {
        OutboundCall call = ask(run, get(silent.url("/")));
        assertThat(stopped(run, call::response)).isEqualTo(Reason.STOPPED);
    }

    @Test
    void whoWaitsForABodyHearsOfTheStopAtOnce() throws Exception {
        OutboundCall call = ask(run, get(silent.url("/")));
        assertThat(stopped(run, () -> call.read(new byte[1], 0, 1))).isEqualTo(Reason.STOPPED);
    }

    @Test
    void whoWaitsForTheSocketHearsOfTheStopAtOnce() throws Exception {
        try (var deaf = new RawServer(socket -> await().until(socket::isClosed))) {
            RunOutbound writing = house.run(List.of(deaf.url("")));
            OutboundCall call =
                    writing.begin(new OutboundHead("POST", deaf.url("/"), List.of(), -1));
            byte[] piece = new byte[90 << 20];
            Object came =
                    stopped(
                            writing,
                            () -> {
                                call.write(piece, 0, piece.length);
                                return "written";
                            });
            assertThat(came).isEqualTo(Reason.STOPPED);
        }
    }

    @Test
    void whoWaitsForAnyHearsOfTheStopAtOnce() throws Exception {
        OutboundCall call = ask(run, get(silent.url("/")));
        assertThat(stopped(run, () -> run.awaitAny(List.of(call), Duration.ofSeconds(60))))
                .isEqualTo(-1);
    }

    @Test
    void nothingBeginsAfterTheStop() {
        run.stop();
        assertThatThrownBy(() -> run.begin(get(silent.url("/"))))
                .isInstanceOfSatisfying(
                        OutboundException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.STOPPED));
    }

    @Test
    void whatARunLeavesOpenEndsWithIt() throws Exception {
        ask(run, get(silent.url("/1")));
        ask(run, get(silent.url("/2")));
        await().until(() -> silent.open() == 2);
        run.close();
        await().until(() -> silent.open() == 0);
        await().until(() -> house.client.admission().underWay() == 0);
        await().until(() -> house.client.connections().open() == 0);
        assertThat(house.outcomes).containsExactly("abandoned", "abandoned");
    }

    @Test
    void aCallThatItsGuestGaveUpSaysSo() throws Exception {
        OutboundCall call = ask(run, get(silent.url("/")));
        await().until(() -> silent.open() == 1);
        call.close();
        assertThatThrownBy(call::response).hasMessageContaining("given up");
        await().until(() -> silent.open() == 0);
    }
}
