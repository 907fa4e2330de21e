package dev.cress.node.outbound;

import dev.cress.contract.Limits;
import dev.cress.contract.Origin;
import dev.cress.wasm.guest.Outbound;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import io.vertx.core.MultiMap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The requests that one run sends to other hosts. On the guest's thread, but for [#stop]. One lock
/// guards what the guest's thread and the event loop both touch of a run: only the guest's thread
/// ever waits, for whichever of its calls.
public final class RunOutbound implements Outbound, AutoCloseable {
    /// No run lasts longer.
    private static final Duration WAIT_MAX = Duration.ofMillis(Limits.WALL_MS_MAX);

    private final OutboundClient client;
    private final Asking asking;
    private final TraceContext trace;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Call> calls = new ArrayList<>();
    private final Set<String> deniedOrigins = new HashSet<>();
    private boolean stopped;

    RunOutbound(OutboundClient client, Asking asking) {
        this.client = client;
        this.asking = asking;
        this.trace = TraceContext.of(asking.request());
    }

    @Override
    public OutboundCall begin(OutboundHead head) throws OutboundException {
        try {
            return admit(head);
        } catch (OutboundException e) {
            asking.journal().outbound(outcome(e.reason()), Duration.ZERO);
            throw e;
        }
    }

    @Override
    public Optional<String> origin(String name) {
        return asking.granted().stream()
                .filter(origin -> origin.isSingle() && origin.name().equals(name))
                .map(Origin::url)
                .findFirst();
    }

    private Call admit(OutboundHead head) throws OutboundException {
        var limits = client.limits();
        throwIfStopped();
        if (head.url().length() > limits.headBytes()) {
            throw new OutboundException(
                    Reason.TOO_LARGE,
                    "the URL has %d characters, at most %d"
                            .formatted(head.url().length(), limits.headBytes()));
        }
        Target target = Target.of(head.url());
        if (!target.isCovered(asking.granted())) {
            throw denied(
                    target,
                    "the manifest does not grant %s: capabilities.outbound"
                            .formatted(target.origin()));
        }
        MultiMap headers =
                OutboundHeaders.toSend(head, asking.request(), trace, limits.headBytes());
        if (head.contentLength() > limits.requestBodyBytes()) {
            throw new OutboundException(
                    Reason.TOO_LARGE,
                    "the request's body has %d bytes, at most %d"
                            .formatted(head.contentLength(), limits.requestBodyBytes()));
        }
        if (calls.size() >= limits.requestsPerRun()) {
            throw new OutboundException(
                    Reason.TOO_MANY,
                    "the run has sent %d requests, no more may it".formatted(calls.size()));
        }
        if (!client.admission().enter(asking.function())) {
            throw new OutboundException(
                    Reason.UNREACHABLE,
                    "too many requests to other hosts are under way: at most %d of one function, %d of all"
                            .formatted(limits.requestsPerFunction(), limits.requests()));
        }
        var call = new Call(this, client, asking, target, head, headers);
        calls.add(call);
        call.begin();
        return call;
    }

    private OutboundException denied(Target target, String why) {
        noteDenied(target, why);
        return new OutboundException(Reason.DENIED, why);
    }

    /// Once per origin. Origins are as many as a run may send requests, and no more.
    private void noteDenied(Target target, String why) {
        if (deniedOrigins.size() < client.limits().requestsPerRun()
                && deniedOrigins.add(target.origin())) {
            asking.journal().note("outbound denied: " + why);
        }
    }

    @Override
    public int awaitAny(List<OutboundCall> any, Duration timeout) {
        long end =
                System.nanoTime()
                        + (timeout.compareTo(WAIT_MAX) < 0 ? timeout : WAIT_MAX).toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            any.forEach(call -> ((Call) call).want());
            while (true) {
                for (int i = 0; i < any.size() && !stopped; i++) {
                    if (any.get(i).isDone()) {
                        return i;
                    }
                }
                long left = end - System.nanoTime();
                if (stopped || left <= 0 || any.isEmpty()) {
                    return NONE_DONE;
                }
                asking.journal().waiting();
                try {
                    changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    // the guest's own to see, not ours to end a wait by
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    ReentrantLock lock() {
        return lock;
    }

    /// Waits until some call of the run may have changed; look, and wait again. On the guest's
    /// thread, with the lock.
    @SuppressWarnings("WaitNotInLoop")
    void await() {
        asking.journal().waiting();
        changed.awaitUninterruptibly();
    }

    /// Some call of the run has changed. With the lock.
    void changed() {
        changed.signal();
    }

    boolean isStopped() {
        return stopped;
    }

    void throwIfStopped() throws OutboundException {
        lock.lock();
        try {
            if (stopped) {
                throw new OutboundException(Reason.STOPPED, "the run is being stopped");
            }
        } finally {
            lock.unlock();
        }
    }

    static String outcome(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Makes whatever blocks return, now and from now on. Any thread; doesn't block.
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The run is over: gives up what it left open.
    @Override
    public void close() {
        for (Call call : calls) {
            call.deniedLater().ifPresent(why -> noteDenied(call.target(), why));
            call.close();
        }
    }
}
