package dev.cress.wasm.stop;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.util.concurrent.atomic.AtomicInteger;

/// Whether any run of a guest's code should look whether it is told to stop. Guests ask on every
/// loop edge and call, so asking must cost next to nothing. It belongs to the code, which an image
/// has to itself unless it is shared, so that a stop of one never slows another for long.
/// Thread-safe.
///
/// ```text
/// quiet ──the first raise()──▶ armed, for good
///   the answer is a constant,    the answer is read from one field, opaquely, so that the JIT
///   compiled to nothing          neither removes nor hoists it
/// ```
///
/// An opaque read on each loop edge keeps the JIT from keeping anything in registers round the
/// loop, which took a sixth of the guests' time; most images never have a run to stop. Code that
/// many images share is armed from the start, so that none loses it to another's stop. The change
/// is a call site's, whose specification says that all threads see it from then on: the JVM throws
/// away the image's compiled code, and a guest in the midst of it leaves it at its next safepoint
/// poll, which it never is without for longer than the JVM can stand. That took 0.2 to 0.9 ms where
/// a loop was left, once per image, and its code is compiled anew.
///
/// @param stopping runs that were told to stop and haven't ended
/// @param site what asking does now; the poll of an image's helper class is linked to it
/// @param asking calls what `site` has. A record's fields are constants to the JIT
/// @param reading what `site` has once it is armed, made before there is any hurry
public record StopFlag(
        AtomicInteger stopping, MutableCallSite site, MethodHandle asking, MethodHandle reading) {
    private static final MethodHandle QUIET = MethodHandles.constant(boolean.class, false);
    private static final MethodHandle ARMED = armed();

    public StopFlag() {
        this(new MutableCallSite(QUIET));
    }

    private StopFlag(MutableCallSite site) {
        this(site, new AtomicInteger());
    }

    /// One of which asking costs a read from the start, and no stop costs more.
    public static StopFlag armedAtOnce() {
        var flag = new StopFlag();
        flag.arm();
        return flag;
    }

    private StopFlag(MutableCallSite site, AtomicInteger stopping) {
        this(stopping, site, site.dynamicInvoker(), ARMED.bindTo(stopping));
    }

    /// A run of this image was told to stop. Takes up to a millisecond the first time.
    public void raise() {
        stopping.incrementAndGet();
        arm();
    }

    private void arm() {
        synchronized (site) {
            if (!isArmed()) {
                site.setTarget(reading);
                MutableCallSite.syncAll(new MutableCallSite[] {site});
            }
        }
    }

    /// That run has ended.
    public void lower() {
        stopping.decrementAndGet();
    }

    public boolean isRaised() {
        try {
            return (boolean) asking.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("reading an int threw", e);
        }
    }

    /// Whether a run was ever told to stop, so that asking costs a read.
    boolean isArmed() {
        return site.getTarget() != QUIET;
    }

    static boolean isAny(AtomicInteger stopping) {
        return stopping.getOpaque() != 0;
    }

    private static MethodHandle armed() {
        try {
            return MethodHandles.lookup()
                    .findStatic(
                            StopFlag.class,
                            "isAny",
                            MethodType.methodType(boolean.class, AtomicInteger.class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a method of this class isn't there", e);
        }
    }
}
