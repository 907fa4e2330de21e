package dev.cress.control;

import dev.cress.control.module.KeptImages;
import dev.cress.control.module.ModulePreparer;
import dev.cress.control.module.RefusedModule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// Takes for a module what begins like one. Counts its calls, and can be made to wait.
final class MagicPreparer implements ModulePreparer {
    private static final byte[] MAGIC = {0, 'a', 's', 'm', 1, 0, 0, 0};

    /// The seed of modules that may stand in front of others.
    static final int FILTER = 'f';

    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger running = new AtomicInteger();
    final Semaphore may = new Semaphore(Integer.MAX_VALUE);

    /// Those that it keeps for nodes.
    final Optional<FakeImages> kept;

    MagicPreparer() {
        kept = Optional.empty();
    }

    MagicPreparer(FakeImages images) {
        kept = Optional.of(images);
    }

    @Override
    public Optional<KeptImages> images() {
        return kept.map(each -> each);
    }

    @Override
    public String prepare(Path module, String abi) throws RefusedModule {
        calls.incrementAndGet();
        running.incrementAndGet();
        may.acquireUninterruptibly();
        may.release();
        running.decrementAndGet();
        try (var in = Files.newInputStream(module)) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new RefusedModule("not-wasm", "this is not a Wasm module");
            }
            String shown = in.read() == FILTER ? "http-wasm" : "wasi-cgi";
            if (!abi.equals("auto") && !abi.equals("extism") && !abi.equals(shown)) {
                throw new RefusedModule("unknown-abi", "this is not a module of " + abi);
            }
            return abi.equals("auto") ? shown : abi;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A module of this many bytes, its content after this seed.
    static byte[] module(int seed, int bytes) {
        byte[] module = Arrays.copyOf(MAGIC, bytes);
        for (int i = MAGIC.length; i < bytes; i++) {
            module[i] = (byte) (seed >> (8 * (i % 4)));
        }
        return module;
    }
}
