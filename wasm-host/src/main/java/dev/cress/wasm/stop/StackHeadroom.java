package dev.cress.wasm.stop;

/// Proves that a thread's stack has room for whatever the host does for a guest, before it begins:
/// a stack that ends half-way through would leave a change half made, a class without its static
/// initialiser, or a lock held, for every tenant and for good. One object per thread, used by that
/// thread.
///
/// ```text
/// lowest                                                                       where it stands
/// | guard zones of the JVM | room for a host call: BYTES | what guests may fill ◀──│ frames
///                          ▲                             ▲
///                 a StackOverflowError           this one, on purpose
/// ```
///
/// Where the stack pointer can't be read, as many bytes are filled by recursion instead: 3 µs.
public final class StackHeadroom {
    /// What a host call may use.
    public static final int BYTES = 128 << 10;

    private static final ThreadLocal<StackHeadroom> HERE =
            ThreadLocal.withInitial(StackHeadroom::ofThisThread);

    private static final long GUARDED_BYTES =
            StackPointer.isKnown() ? StackBottom.guardedBytes() : 0;

    private final boolean knowsPointer;

    /// Below this address there are not [#BYTES] left.
    private final long least;

    private StackHeadroom(boolean knowsPointer, long least) {
        this.knowsPointer = knowsPointer;
        this.least = least;
    }

    /// This thread's.
    public static StackHeadroom here() {
        return HERE.get();
    }

    private static StackHeadroom ofThisThread() {
        // a virtual thread's frames move from stack to stack
        return StackPointer.isKnown() && !Thread.currentThread().isVirtual()
                ? new StackHeadroom(true, StackPointer.lowest() + GUARDED_BYTES + BYTES)
                : byRecursion();
    }

    static StackHeadroom byRecursion() {
        return new StackHeadroom(false, 0);
    }

    /// Returns if there is room, and does nothing else.
    ///
    /// @throws StackOverflowError if there isn't
    public void require() {
        if (!knowsPointer) {
            StackFill.fill(BYTES);
        } else if (StackPointer.read() < least) {
            throw new StackOverflowError("no room for a host call");
        }
    }
}
