package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.isolate.MemoryBudget;
import dev.cress.wasm.isolate.Watchdog;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/// Prepares modules and runs them. One per process is enough, and shares its watchdog and its
/// budget of guest memory between all runs. Thread-safe.
public final class WasmHost implements AutoCloseable {
    private final MemoryBudget memoryBudget;
    private final Watchdog watchdog = new Watchdog();
    private final SecureRandom random;

    /// @param guestMemoryBytesMax of all running guests together
    public WasmHost(long guestMemoryBytesMax) {
        this.memoryBudget = new MemoryBudget(guestMemoryBytesMax);
        try {
            // a generator in the process: the platform's own reads a file, which a guest's thread
            // must not
            this.random = SecureRandom.getInstance("DRBG");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform since 9 has DRBG", e);
        }
    }

    /// A host that leaves half of the heap to everything but guests.
    public static WasmHost withHalfTheHeap() {
        return new WasmHost(Runtime.getRuntime().maxMemory() / 2);
    }

    /// Looks at a module without running or compiling it: what it is, and whether it would be
    /// taken.
    public static Inspection inspect(byte[] module) throws RefusedModuleException {
        return Inspection.of(module);
    }

    /// Makes a module ready to run. Takes a good part of a second per MB.
    ///
    /// @param abi `auto`, or the entry convention's name
    public Image prepare(byte[] module, String abi) throws RefusedModuleException {
        return Preparation.prepare(module, abi);
    }

    /// A run of this image for this exchange; it starts with [GuestRun#execute].
    public GuestRun run(Image image, GuestExchange exchange, RunLimits limits) {
        return new GuestRun(this, image, exchange, limits);
    }

    /// Bytes of guest memory in use now.
    public long guestMemoryBytes() {
        return memoryBudget.bytesTaken();
    }

    MemoryBudget memoryBudget() {
        return memoryBudget;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    SecureRandom random() {
        return random;
    }

    @Override
    public void close() {
        watchdog.close();
    }
}
