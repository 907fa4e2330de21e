package dev.cress.control;

import dev.cress.contract.Sha256;
import dev.cress.control.module.KeptImages;
import dev.cress.control.module.RefusedModule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// Images that say of what they are, in files that have something behind them. Counts what it
/// prepares, and can be made to wait.
final class FakeImages implements KeptImages {
    static final String BUILD = "fake-1 engine-2";

    final AtomicInteger calls = new AtomicInteger();
    final Semaphore may = new Semaphore(Integer.MAX_VALUE);
    private final Path folder;
    private final Map<Asked, Kept> kept = new ConcurrentHashMap<>();

    FakeImages(Path folder) {
        this.folder = folder;
    }

    static byte[] image(Asked asked) {
        return asked.toString().repeat(100).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String build() {
        return BUILD;
    }

    @Override
    public Optional<Kept> find(Asked asked) {
        return Optional.ofNullable(kept.get(asked));
    }

    /// Deletes the files, and perhaps forgets them.
    void lose(boolean forgets) throws IOException {
        for (Kept each : kept.values()) {
            Files.delete(each.file());
        }
        if (forgets) {
            kept.clear();
        }
    }

    @Override
    public void prepare(Path module, Asked asked) throws RefusedModule {
        calls.incrementAndGet();
        may.acquireUninterruptibly();
        may.release();
        try {
            if (!Sha256.of(Files.readAllBytes(module)).equals(asked.module())) {
                throw new RefusedModule("invalid-module", "these are other bytes");
            }
            if (asked.abi().equals("extism")) {
                throw new RefusedModule("unknown-abi", "this is not a module of extism");
            }
            byte[] image = image(asked);
            Files.createDirectories(folder);
            Path file =
                    Files.write(
                            folder.resolve("image-" + calls.get()),
                            Arrays.copyOf(image, image.length + 64));
            kept.put(asked, new Kept(file, image.length, Sha256.of(image)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
