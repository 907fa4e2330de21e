package dev.cress.node.outbound;

import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;
import dev.cress.wasm.guest.ResponseHead;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// A request to another host as its guest holds it: what the guest gives waits here for [Flight],
/// which is its other half on the event loop, and what that brings waits here for the guest. All
/// state is under the run's lock. Methods of [OutboundCall] are the guest thread's, the others the
/// event loop's.
final class Call implements OutboundCall {
    /// Bytes of a request's body in memory at once; the guest waits beyond.
    static final int REQUEST_WINDOW_BYTES = 64 << 10;

    /// Bytes of an answer's body in memory at once; the socket is paused beyond.
    static final int RESPONSE_WINDOW_BYTES = 64 << 10;

    private static final int PIECE_BYTES_MAX = 16 << 10;
    private static final long LENGTH_UNKNOWN = -1;

    private final RunOutbound run;
    private final ReentrantLock lock;
    private final Target target;
    private final Flight flight;
    private final long declared;
    private final long requestBytesMax;
    private final long responseBytesMax;

    private final Deque<Buffer> toSend = new ArrayDeque<>();
    private long given;
    private long inFlight;
    private boolean ended;
    private boolean wanted;

    private final Deque<Buffer> received = new ArrayDeque<>();
    private @Nullable ResponseHead head;
    private long came;
    private long queued;
    private int readOfFirst;
    private boolean paused;
    private boolean whole;

    private @Nullable OutboundException failure;
    private boolean closed;

    Call(
            RunOutbound run,
            OutboundClient client,
            Asking asking,
            Target target,
            OutboundHead head,
            MultiMap headers) {
        this.run = run;
        this.lock = run.lock();
        this.target = target;
        this.declared = head.contentLength();
        this.requestBytesMax = client.limits().requestBodyBytes();
        this.responseBytesMax = client.limits().responseBodyBytes();
        this.flight = new Flight(this, client, asking, head.method(), headers);
    }

    Target target() {
        return target;
    }

    void begin() {
        flight.begin();
    }

    // The guest's thread.

    @Override
    public void write(byte[] from, int offset, int length) throws OutboundException {
        Objects.checkFromIndexSize(offset, length, from.length);
        for (int done = 0; done < length; ) {
            int count = Math.min(PIECE_BYTES_MAX, length - done);
            Buffer piece = Buffer.buffer(count).appendBytes(from, offset + done, count);
            if (give(piece)) {
                flight.pump();
            }
            done += count;
        }
    }

    /// Whether the piece has to be sent.
    private boolean give(Buffer piece) throws OutboundException {
        lock.lock();
        try {
            while (inFlight >= REQUEST_WINDOW_BYTES && !isOver()) {
                run.await();
            }
            throwIfOver();
            if (ended) {
                throw new OutboundException(Reason.INVALID, "the request's body has ended");
            }
            given += piece.length();
            if (declared != LENGTH_UNKNOWN && given > declared) {
                throw giveUp(
                        Reason.INVALID,
                        "the request's body has more than the %d bytes that it declared"
                                .formatted(declared));
            }
            if (given > requestBytesMax) {
                throw giveUp(
                        Reason.TOO_LARGE,
                        "the request's body has more than %d bytes".formatted(requestBytesMax));
            }
            if (whole) {
                // answered in full: nobody reads what still comes
                return false;
            }
            toSend.addLast(piece);
            inFlight += piece.length();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void end() throws OutboundException {
        lock.lock();
        try {
            if (failure != null) {
                // the answer's to tell, whether it came before this or after
                return;
            }
            throwIfOver();
            if (declared != LENGTH_UNKNOWN && given < declared) {
                throw giveUp(
                        Reason.INVALID,
                        "the request's body has %d of the %d bytes that it declared"
                                .formatted(given, declared));
            }
            ended = true;
        } finally {
            lock.unlock();
        }
        flight.pump();
    }

    @Override
    public boolean isDone() {
        lock.lock();
        try {
            return head != null || isOver();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ResponseHead response() throws OutboundException {
        want();
        lock.lock();
        try {
            while (head == null && !isOver()) {
                run.await();
            }
            if (head == null || run.isStopped() || closed) {
                throwIfOver();
            }
            return Objects.requireNonNull(head);
        } finally {
            lock.unlock();
        }
    }

    /// The guest waits for the answer: what holds the request's head back is over.
    void want() {
        lock.lock();
        try {
            if (wanted) {
                return;
            }
            wanted = true;
        } finally {
            lock.unlock();
        }
        flight.pump();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws OutboundException {
        want();
        lock.lock();
        try {
            while (received.isEmpty() && !whole && !isOver()) {
                run.await();
            }
            if (received.isEmpty() || run.isStopped() || closed) {
                throwIfOver();
                return -1;
            }
            Buffer first = received.getFirst();
            int count = Math.min(length, first.length() - readOfFirst);
            first.getBytes(readOfFirst, readOfFirst + count, into, offset);
            readOfFirst += count;
            if (readOfFirst == first.length()) {
                received.removeFirst();
                readOfFirst = 0;
            }
            queued -= count;
            if (paused && queued < RESPONSE_WINDOW_BYTES / 2) {
                paused = false;
                flight.resume();
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        return failure != null || closed || run.isStopped();
    }

    private void throwIfOver() throws OutboundException {
        run.throwIfStopped();
        if (closed) {
            throw new OutboundException(Reason.INVALID, "the request was given up");
        }
        if (failure != null) {
            throw failure;
        }
    }

    /// The guest asked for what can't be: the other side must not take a part for the whole.
    private OutboundException giveUp(Reason reason, String why) {
        var fault = new OutboundException(reason, why);
        failure = fault;
        flight.abort(RunOutbound.outcome(reason));
        return fault;
    }

    @Override
    public void close() {
        String outcome;
        lock.lock();
        try {
            closed = true;
            outcome = head != null ? Flight.OK : Flight.ABANDONED;
            toSend.clear();
            received.clear();
            queued = 0;
        } finally {
            lock.unlock();
        }
        flight.abort(outcome);
    }

    /// Why it was denied after it had begun, if it was.
    Optional<String> deniedLater() {
        lock.lock();
        try {
            return failure != null && failure.reason() == Reason.DENIED
                    ? Optional.ofNullable(failure.getMessage())
                    : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    // The event loop.

    /// What there is to send.
    ///
    /// @param length of the whole body, -1 if it isn't known
    /// @param ended whether these are the last
    /// @param wanted whether the guest waits for the answer already
    record ToSend(List<Buffer> pieces, long length, boolean ended, boolean wanted) {}

    ToSend take() {
        lock.lock();
        try {
            List<Buffer> pieces = new ArrayList<>(toSend);
            toSend.clear();
            long length = ended && given == 0 ? 0 : declared;
            return new ToSend(pieces, length, ended, wanted);
        } finally {
            lock.unlock();
        }
    }

    /// The socket took so many bytes. Returns those that it still has to take.
    long sent(int bytes) {
        lock.lock();
        try {
            inFlight -= bytes;
            run.changed();
            return inFlight;
        } finally {
            lock.unlock();
        }
    }

    void answered(ResponseHead answer) {
        lock.lock();
        try {
            head = answer;
            run.changed();
        } finally {
            lock.unlock();
        }
    }

    /// What becomes of the socket after a piece of the answer.
    enum After {
        GOES_ON,
        PAUSED,
        TOO_LARGE
    }

    After came(Buffer piece) {
        lock.lock();
        try {
            came += piece.length();
            if (came > responseBytesMax) {
                return After.TOO_LARGE;
            }
            if (closed || piece.length() == 0) {
                return After.GOES_ON;
            }
            received.addLast(piece);
            queued += piece.length();
            paused = queued >= RESPONSE_WINDOW_BYTES;
            run.changed();
            return paused ? After.PAUSED : After.GOES_ON;
        } finally {
            lock.unlock();
        }
    }

    void isWhole() {
        lock.lock();
        try {
            whole = true;
            toSend.clear();
            inFlight = 0;
            run.changed();
        } finally {
            lock.unlock();
        }
    }

    void failed(OutboundException fault) {
        lock.lock();
        try {
            if (failure == null) {
                failure = fault;
            }
            toSend.clear();
            run.changed();
        } finally {
            lock.unlock();
        }
    }
}
