package dev.cress.node;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeFrame.Hello;
import dev.cress.contract.NodeFrame.Serving;
import dev.cress.contract.NodeFrame.Staging;
import dev.cress.contract.StagingState;

import io.vertx.core.http.ServerWebSocket;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/// One session as the control plane has it. The test's thread reads; frames that it hasn't asked
/// for yet wait for it in their order.
final class FakeSession {
    private final ServerWebSocket socket;
    private final BlockingQueue<NodeFrame> arriving = new LinkedBlockingQueue<>();
    private final List<NodeFrame> passedOver = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Hello hello;

    FakeSession(ServerWebSocket socket) {
        this.socket = socket;
        socket.textMessageHandler(text -> arriving.add(read(text)));
        socket.closeHandler(_ -> ended.countDown());
    }

    private static NodeFrame read(String text) {
        try {
            return Json.STRICT.readValue(text, NodeFrame.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a frame that no control plane reads: " + text, e);
        }
    }

    void readHello() {
        if (!(FakeControlPlane.poll(arriving, "hello") instanceof Hello first)) {
            throw new AssertionError("the first frame is no hello");
        }
        hello = first;
    }

    Hello hello() {
        if (hello == null) {
            throw new AssertionError("no hello was read");
        }
        return hello;
    }

    void send(ControlFrame frame) {
        sendText(Json.write(frame));
    }

    void sendText(String text) {
        var _ = socket.writeTextMessage(text);
    }

    <T extends NodeFrame> T next(Class<T> type) {
        return next(type, _ -> true);
    }

    /// The next frame of this type for which this holds.
    <T extends NodeFrame> T next(Class<T> type, Predicate<T> wanted) {
        for (Iterator<NodeFrame> known = passedOver.iterator(); known.hasNext(); ) {
            NodeFrame frame = known.next();
            if (type.isInstance(frame) && wanted.test(type.cast(frame))) {
                known.remove();
                return type.cast(frame);
            }
        }
        while (true) {
            NodeFrame frame = FakeControlPlane.poll(arriving, type.getSimpleName() + " frame");
            if (type.isInstance(frame) && wanted.test(type.cast(frame))) {
                return type.cast(frame);
            }
            passedOver.add(frame);
        }
    }

    /// What the node next says of this version.
    Staging staging(String function, int version, StagingState state) {
        return next(
                Staging.class,
                s ->
                        s.function().equals(new FunctionName(function))
                                && s.version() == version
                                && s.state() == state);
    }

    Serving serving(String function, int deployment) {
        return next(
                Serving.class,
                s ->
                        s.function().equals(new FunctionName(function))
                                && s.deployment() == deployment);
    }

    /// Every frame that arrived so far and that the test did not ask for.
    List<NodeFrame> unread() {
        arriving.drainTo(passedOver);
        return List.copyOf(passedOver);
    }

    /// Reads nothing more until [#resume].
    void pause() {
        socket.pause();
    }

    void resume() {
        socket.resume();
    }

    void close(int code) {
        var _ = socket.close((short) code);
    }

    void awaitEnd() {
        awaitEndIn((int) FakeControlPlane.PATIENCE.toSeconds());
    }

    void awaitEndIn(int seconds) {
        try {
            if (!ended.await(seconds, SECONDS)) {
                throw new AssertionError("the session goes on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    boolean isOpen() {
        return ended.getCount() > 0;
    }
}
