package dev.cress.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Sha256;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

/// Versions that share a module share what comes for it.
@Timeout(60)
class NodeImagesTest {
    private static final long MEMORY_MAX = 64 << 20;

    @TempDir private Path folder;
    private final WasmHost host = WasmHost.withHalfTheHeap();
    private final CyclicBarrier bothAsk = new CyclicBarrier(2);
    private final AtomicInteger imagesFetched = new AtomicInteger();
    private final AtomicInteger modulesFetched = new AtomicInteger();
    private byte[] bytes = {};
    private byte[] image = {};
    private NamedModule module;
    private NodeStore store;
    private NodeImages images;

    @BeforeEach
    void open() throws IOException, RefusedModuleException {
        bytes =
                Files.readAllBytes(
                        Path.of(System.getProperty("cress.root"), "examples/hello/hello.wasm"));
        try (var watchdog = new Watchdog()) {
            var budget = new MemoryBudget(MEMORY_MAX);
            image = ImageFile.write(ModuleBuild.build(bytes, Wanted.AUTO, budget, watchdog));
        }
        module = new NamedModule(Sha256.of(bytes), bytes.length, Wanted.AUTO);
        store = NodeStore.open(folder.resolve("node"));
        images = new NodeImages(store, new ControlPlane(), host);
    }

    @AfterEach
    void close() {
        store.close();
        host.close();
    }

    /// One that has the module and its image, and says so once two have asked for that.
    private final class ControlPlane implements ModuleSource {
        @Override
        public void fetch(Sha256 asked, long length, Path into) throws IOException {
            modulesFetched.incrementAndGet();
            Files.write(into, bytes);
        }

        @Override
        public Optional<Prepared> prepared(Sha256 asked, Wanted wanted)
                throws InterruptedException {
            try {
                bothAsk.await();
            } catch (BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
            return Optional.of(this::arrive);
        }

        private Optional<Path> arrive(Path arriving) {
            String name = imagesFetched.incrementAndGet() + ".image";
            try {
                return Optional.of(
                        Files.write(Files.createDirectories(arriving).resolve(name), image));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private CompletableFuture<Isolates> staged() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return images.staged(module, MEMORY_MAX);
                    } catch (IOException | InterruptedException | RefusedModuleException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofPlatform().start(task));
    }

    @Test
    void anImageThatTwoWaitForComesOnce() {
        CompletableFuture<Isolates> one = staged();
        CompletableFuture<Isolates> other = staged();
        assertThat(one.join()).isNotNull();
        assertThat(other.join()).isNotNull();
        assertThat(imagesFetched).hasValue(1);
    }

    @Test
    void aModuleThatTwoKeepComesOnce() throws Exception {
        images.keepModule(module);
        images.keepModule(module);
        assertThat(modulesFetched).hasValue(1);
        assertThat(store.module(module.sha256())).hasValue(bytes);
    }
}
