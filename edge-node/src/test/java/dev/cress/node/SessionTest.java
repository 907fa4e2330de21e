package dev.cress.node;

import static dev.cress.node.Functions.at;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.NodeFrame.Ack;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// How a node gets its session with the control plane, and gets it back.
@Order(2)
class SessionTest {
    private static final byte[] HELLO = Functions.example("hello");

    /// The first four waits at their shortest: 50, 100, 200 and 400 ms.
    private static final Duration FOUR_WAITS = Duration.ofMillis(750);

    private static final int INTERNAL_ERROR = 1011;

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();

    @BeforeEach
    void prepare() {
        control.has(HELLO);
    }

    @AfterEach
    void stop() {
        control.close();
    }

    private RunningNode start() {
        return new RunningNode(data, control.url(), RunningNode.LIMITS);
    }

    /// From the next attempt to the fourth after it.
    private Duration fiveAttempts() {
        long first = control.attempt();
        for (int i = 0; i < 3; i++) {
            control.attempt();
        }
        return Duration.ofNanos(control.attempt() - first);
    }

    @Test
    void comesBackWhenTheControlPlaneIsStartedAgain() throws IOException {
        try (var node = start()) {
            FakeSession before = control.welcomed();
            before.send(snapshot(3, function("hello", 1, greeting(1, HELLO, "Hello"))));
            before.next(Ack.class);
            before.serving("hello", 1);
            node.awaitServing();
            control.stop();
            assertThat(node.get("hello", "/")).contains("200 OK");
            control.startAgain();
            FakeSession session = control.session();
            assertThat(session.hello().resume()).isEqualTo(at(3));
            session.send(new Welcome(FakeControlPlane.ROUTER_KEY));
            session.serving("hello", 1);
        }
    }

    @Test
    void findsAControlPlaneThatStartsLaterThanItself() {
        control.stop();
        try (var _ = start()) {
            control.startAgain();
            control.session();
        }
    }

    @Test
    void asksLessAndLessOftenWhileItIsRefused() {
        control.refuse(401);
        try (var _ = start()) {
            assertThat(fiveAttempts()).isGreaterThanOrEqualTo(FOUR_WAITS);
            control.letIn();
            control.session();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4401, 4406, 4409, 4429})
    void asksLessAndLessOftenWhileItsHelloIsRefused(int code) {
        try (var _ = start()) {
            long first = control.attempt();
            for (int i = 0; i < 4; i++) {
                control.session().close(code);
            }
            for (int i = 0; i < 3; i++) {
                control.attempt();
            }
            assertThat(Duration.ofNanos(control.attempt() - first))
                    .isGreaterThanOrEqualTo(FOUR_WAITS);
        }
    }

    @Test
    void asksLessAndLessOftenWhileSessionsEndAtOnce() {
        try (var _ = start()) {
            long first = control.attempt();
            for (int i = 0; i < 4; i++) {
                control.welcomed().close(INTERNAL_ERROR);
            }
            for (int i = 0; i < 3; i++) {
                control.attempt();
            }
            assertThat(Duration.ofNanos(control.attempt() - first))
                    .isGreaterThanOrEqualTo(FOUR_WAITS);
        }
    }

    @Test
    void givesUpAHandshakeThatNobodyAnswers() {
        control.holdHandshakes();
        try (var _ = start()) {
            control.attempt();
            control.letIn();
            control.session();
        }
    }
}
