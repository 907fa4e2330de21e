package dev.cress.wasm.stop;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Who has the guest's thread, and the protocol by which others may stop it. One object per run: a
/// late stop meets a word that is done, and never the thread's next guest.
///
/// ```text
/// NEW ──begin──▶ HOST ──leaveHost──▶ GUEST      stop, in GUEST: interrupt the thread
///                 ▲  ◀──enterHost─────┘         stop, in HOST: cancel what the call waits on;
///                 └──▶ STOPPING… ──▶ DONE       the way back finds the word changed
/// ```
///
/// [#stop] may be called by any thread, everything else by the guest's own.
public final class RunWord {
    private static final int NEW = 0;
    private static final int GUEST = 1;
    private static final int HOST = 2;
    private static final int STOPPING = 3;
    private static final int INTERRUPTING = 4;
    private static final int DONE = 5;

    private final AtomicInteger word = new AtomicInteger(NEW);
    private final AtomicReference<@Nullable StopReason> reason = new AtomicReference<>();
    private final Consumer<StopReason> onStop;
    private volatile @Nullable Thread thread;
    private volatile boolean interruptSent;
    private @Nullable StackHeadroom headroom;
    private volatile @Nullable StopFlag flag;

    /// @param onStop makes a host call return that blocks now or later; any thread, must not block
    public RunWord(Consumer<StopReason> onStop) {
        this.onStop = onStop;
    }

    /// Why the run was stopped, or null.
    public @Nullable StopReason reason() {
        return reason.get();
    }

    /// The run begins on this thread, on the host's side.
    ///
    /// @param flag of the image that runs
    public void begin(StopFlag flag) {
        this.flag = flag;
        thread = Thread.currentThread();
        headroom = StackHeadroom.here();
        if (!word.compareAndSet(NEW, HOST)) {
            throw new GuestStopped();
        }
    }

    /// The guest that runs next is of this image. From the host's side.
    public void use(StopFlag next) {
        checkStopped();
        flag = next;
    }

    /// The guest's frames are gone, by a trap or otherwise: the host has the thread, to call
    /// another guest of the same run.
    public void recover() {
        if (word.get() == GUEST) {
            word.compareAndSet(GUEST, HOST);
        }
        checkStopped();
    }

    /// The guest calls the host: from here on it isn't interrupted. First of all in every call, so
    /// that one for which there is too little stack has no effect.
    public void enterHost() {
        if (headroom != null) {
            headroom.require();
        }
        if (!word.compareAndSet(GUEST, HOST)) {
            throw new GuestStopped();
        }
    }

    /// Back to the guest, unless it was stopped meanwhile.
    public void leaveHost() {
        if (!word.compareAndSet(HOST, GUEST)) {
            throw new GuestStopped();
        }
    }

    /// Within a long host call: whether to give up.
    public void checkStopped() {
        if (word.get() != HOST) {
            throw new GuestStopped();
        }
    }

    /// The thread is done with the guest: no interrupt of this run is under way or set when this
    /// returns.
    public void end() {
        if (word.getAndSet(DONE) == INTERRUPTING) {
            while (!interruptSent) {
                Thread.onSpinWait();
            }
            Thread.interrupted();
            Objects.requireNonNull(flag).lower();
        }
    }

    /// Stops the run for this reason, if it isn't over and nobody did before. Returns whether it
    /// did.
    public boolean stop(StopReason why) {
        if (!reason.compareAndSet(null, why)) {
            return false;
        }
        while (true) {
            int now = word.get();
            switch (now) {
                case NEW, HOST -> {
                    if (word.compareAndSet(now, STOPPING)) {
                        LockSupport.unpark(thread);
                        onStop.accept(why);
                        return true;
                    }
                }
                case GUEST -> {
                    if (word.compareAndSet(now, INTERRUPTING)) {
                        interrupt();
                        onStop.accept(why);
                        return true;
                    }
                }
                default -> {
                    return false;
                }
            }
        }
    }

    private void interrupt() {
        Objects.requireNonNull(flag).raise();
        Thread guest = thread;
        if (guest != null) {
            guest.interrupt();
        }
        interruptSent = true;
    }
}
