package dev.cress.node.serve;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A request's body on its way from the event loop to a guest's thread. It is gathered until it is
/// whole or a window full, so that a slow client holds no guest thread; beyond the window the
/// client waits for the guest. [#read] blocks a guest thread; everything else runs on the event
/// loop, but for [#stop].
final class RequestBody {
    /// Bytes of one body in memory at once; the socket is paused beyond.
    static final int WINDOW_BYTES = 256 * 1024;

    private final Context context;
    private final HttpServerRequest request;
    private final long bytesMax;
    private final AtomicLong bytesOfAll;
    private final long bytesOfAllMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Buffer> pieces = new ArrayDeque<>();
    private final Listener listener;
    private long received;
    private long queued;
    private int readOfFirst;
    private boolean ended;
    private boolean stopped;
    private boolean paused;
    private boolean ready;
    private boolean unread;

    /// What the body tells its request. On the event loop, but for [#waiting].
    interface Listener {
        /// Once: it is whole, or enough of it is here for a guest to begin.
        void ready();

        /// It is larger than it may be.
        void tooLarge();

        /// All bodies of this node together are larger than they may be, by this one.
        void noRoom();

        /// A guest waits for the next piece. On its thread.
        void waiting();

        /// The client went away before it was whole.
        void broken();
    }

    /// @param bytesOfAll what all bodies of this node hold in memory together
    /// @param bytesOfAllMax and what they may; the body that goes beyond is refused, however short
    ///     it is and however long it takes
    RequestBody(
            Context context,
            HttpServerRequest request,
            long bytesMax,
            AtomicLong bytesOfAll,
            long bytesOfAllMax,
            Listener listener) {
        this.context = context;
        this.request = request;
        this.bytesMax = bytesMax;
        this.bytesOfAll = bytesOfAll;
        this.bytesOfAllMax = bytesOfAllMax;
        this.listener = listener;
    }

    void gather() {
        request.handler(this::receive);
        request.endHandler(_ -> end());
        request.exceptionHandler(_ -> breakOff());
        request.resume();
    }

    private void receive(Buffer piece) {
        received += piece.length();
        if (received > bytesMax) {
            listener.tooLarge();
            return;
        }
        boolean full;
        boolean fits;
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            pieces.addLast(piece);
            queued += piece.length();
            fits = bytesOfAll.addAndGet(piece.length()) <= bytesOfAllMax;
            full = queued >= WINDOW_BYTES;
            paused |= full;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (!fits) {
            listener.noRoom();
        } else if (full) {
            request.pause();
            becomeReady();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        becomeReady();
    }

    private void becomeReady() {
        if (!ready) {
            ready = true;
            listener.ready();
        }
    }

    private void breakOff() {
        boolean whole;
        lock.lock();
        try {
            whole = ended;
        } finally {
            lock.unlock();
        }
        if (!whole) {
            stop();
            listener.broken();
        }
    }

    /// Bytes of the body if it is whole, else -1. Event loop.
    long wholeLength() {
        lock.lock();
        try {
            return ended ? received : -1;
        } finally {
            lock.unlock();
        }
    }

    /// Reads at least one byte, or -1 at the end or when it was stopped.
    int read(byte[] into, int offset, int length) {
        lock.lock();
        try {
            while (pieces.isEmpty() && !ended && !stopped) {
                listener.waiting();
                changed.awaitUninterruptibly();
            }
            if (pieces.isEmpty() || stopped) {
                return -1;
            }
            Buffer first = pieces.getFirst();
            int count = Math.min(length, first.length() - readOfFirst);
            first.getBytes(readOfFirst, readOfFirst + count, into, offset);
            readOfFirst += count;
            if (readOfFirst == first.length()) {
                pieces.removeFirst();
                readOfFirst = 0;
            }
            take(count);
            return count;
        } finally {
            lock.unlock();
        }
    }

    private void take(int count) {
        queued -= count;
        bytesOfAll.addAndGet(-count);
        if (paused && queued < WINDOW_BYTES / 2) {
            paused = false;
            context.runOnContext(_ -> request.resume());
        }
    }

    /// The request is answered: what the client still sends is thrown away. Event loop.
    void letEnd() {
        if (!unread) {
            unread = true;
            UnreadBody.letEnd(context.owner(), request);
        }
    }

    /// Nobody reads on: what is here is dropped. Any thread.
    void stop() {
        lock.lock();
        try {
            stopped = true;
            bytesOfAll.addAndGet(-queued);
            queued = 0;
            pieces.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
