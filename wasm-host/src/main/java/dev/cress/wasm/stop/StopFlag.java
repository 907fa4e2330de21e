package dev.cress.wasm.stop;

import java.util.concurrent.atomic.AtomicInteger;

/// Whether any run of an image should look whether it is told to stop. Its guests read it on every
/// loop edge and call, so reading must cost next to nothing: it is one field, read opaquely so that
/// the JIT neither removes nor hoists it. It belongs to the image, so that a stop of one image's
/// guest never slows another's. Thread-safe.
public final class StopFlag {
    /// Runs that were told to stop and haven't ended.
    private final AtomicInteger stopping = new AtomicInteger();

    /// A run of this image was told to stop.
    public void raise() {
        stopping.incrementAndGet();
    }

    /// That run has ended.
    public void lower() {
        stopping.decrementAndGet();
    }

    public boolean isRaised() {
        return stopping.getOpaque() != 0;
    }
}
