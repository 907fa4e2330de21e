package dev.cress.wasm;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.isolate.IsolatePools;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/// Prepares modules and runs them. One per process is enough, and shares its watchdog and its
/// budget of guest memory between all runs. Thread-safe.
public final class WasmHost implements AutoCloseable {
    /// One in so many resets is compared with a fresh isolate, which takes milliseconds; tests set
    /// 1.
    private static final int INSPECT_EVERY =
            Integer.getInteger("cress.isolate.inspect.every", 10_000);

    private final MemoryBudget memoryBudget;
    private final IsolatePools pools;
    private final Watchdog watchdog = new Watchdog();
    private final SecureRandom random;
    private final Cache<ImageKey, Image> images = Caffeine.newBuilder().weakValues().build();

    /// @param guestMemoryBytesMax of all running guests together
    public WasmHost(long guestMemoryBytesMax) {
        this.memoryBudget = new MemoryBudget(guestMemoryBytesMax);
        this.pools = new IsolatePools(memoryBudget, INSPECT_EVERY);
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

    /// Makes a module ready to run. Takes a good part of a second per MB, unless an image of the
    /// same bytes is still in use: then it is that one.
    ///
    /// @param abi `auto`, or the entry convention's name
    public Image prepare(byte[] module, String abi) throws RefusedModuleException {
        String digest = HexFormat.of().formatHex(sha256(module));
        var key = new ImageKey(digest, abi);
        Image known = images.getIfPresent(key);
        if (known != null) {
            return known;
        }
        Image image = Preparation.load(Preparation.build(module, digest, abi, this));
        return images.get(key, _ -> image);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private record ImageKey(String sha256, String abi) {}

    /// Isolates of this image for one version of one tenant.
    public Isolates isolates(Image image) {
        return new Isolates(this, image, pools.pool(image.blueprint()));
    }

    /// Bytes of guest memory in use and in wait.
    public long guestMemoryBytes() {
        return memoryBudget.bytesTaken();
    }

    /// How often an isolate differed from a fresh one after its reset: a fault of ours. Its pool
    /// makes fresh isolates from then on.
    public long isolateMismatches() {
        return pools.mismatches();
    }

    /// Gives back all memory that waits for requests.
    public void releaseIdle() {
        pools.releaseIdle();
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
        pools.close();
        watchdog.close();
    }
}
