package dev.cress.node.state;

import dev.cress.wasm.Image;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Images of modules: from the node's disk, else as the control plane prepared them, else built
/// here from the module, which is fetched if it isn't here. Blocks. Many may wait at once for the
/// control plane to prepare theirs; what is staged is loaded one at a time, and so is what is built
/// here. Thread-safe: an image that has cooled down is loaded again by whoever needs it.
final class NodeImages {
    private final NodeStore store;
    private final ModuleSource source;
    private final WasmHost host;

    /// Images arrive in one folder, and those that are staged leave the CPU to guests.
    private final ReentrantLock loading = new ReentrantLock();

    private final ReentrantLock building = new ReentrantLock();

    NodeImages(NodeStore store, ModuleSource source, WasmHost host) {
        this.store = store;
        this.source = source;
        this.host = host;
    }

    /// Whether it was ready on this node before: then a start needn't load what may not be asked
    /// for.
    boolean isKept(NamedModule module) {
        return host.isKept(module.sha256().hex(), module.wanted());
    }

    /// Isolates of what is kept, loaded by the first request.
    Isolates cold(NamedModule module) {
        return host.isolates(() -> image(module));
    }

    /// Isolates of what is made ready now.
    ///
    /// @param memoryBytesMax with more at its start it is refused
    Isolates staged(NamedModule module, long memoryBytesMax)
            throws IOException, InterruptedException, RefusedModuleException {
        Optional<Image> kept = keptInTurn(module);
        Image image = kept.isPresent() ? kept.get() : missing(module);
        if (image.initialMemoryBytes() > memoryBytesMax) {
            throw new RefusedModuleException(
                    "out-of-memory",
                    "module starts with %d MiB of memory, at most %d MiB"
                            .formatted(image.initialMemoryBytes() >> 20, memoryBytesMax >> 20));
        }
        return host.isolates(image, () -> image(module));
    }

    private Image image(NamedModule module)
            throws IOException, InterruptedException, RefusedModuleException {
        Optional<Image> kept = kept(module);
        return kept.isPresent() ? kept.get() : missing(module);
    }

    private Image missing(NamedModule module)
            throws IOException, InterruptedException, RefusedModuleException {
        Arrival arrival = arrival(module);
        return arrival.image.isPresent() ? arrival.image.get() : built(module, arrival.refused);
    }

    private Optional<Image> keptInTurn(NamedModule module) throws InterruptedException {
        loading.lockInterruptibly();
        try {
            return kept(module);
        } finally {
            loading.unlock();
        }
    }

    private Optional<Image> kept(NamedModule module) {
        return host.kept(module.sha256().hex(), module.wanted());
    }

    /// What came from the control plane.
    ///
    /// @param refused why its image isn't taken, else empty
    private record Arrival(Optional<Image> image, String refused) {}

    private Arrival arrival(NamedModule module) throws IOException, InterruptedException {
        Optional<ModuleSource.Prepared> prepared =
                source.prepared(module.sha256(), module.wanted());
        if (prepared.isEmpty()) {
            return new Arrival(Optional.empty(), "");
        }
        loading.lockInterruptibly();
        try {
            // by another who waited for the same
            Optional<Image> taken = kept(module);
            return taken.isPresent() ? new Arrival(taken, "") : taken(module, prepared.get());
        } finally {
            loading.unlock();
        }
    }

    private Arrival taken(NamedModule module, ModuleSource.Prepared prepared)
            throws IOException, InterruptedException {
        Optional<Path> file = prepared.fetch(store.arrivingImages());
        if (file.isEmpty()) {
            return new Arrival(Optional.empty(), "");
        }
        try {
            Image taken = host.take(module.sha256().hex(), module.wanted(), file.get());
            return new Arrival(Optional.of(taken), "");
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            source.imageRefused(module.sha256(), why);
            return new Arrival(Optional.empty(), why);
        } finally {
            Files.deleteIfExists(file.get());
        }
    }

    private Image built(NamedModule module, String refused)
            throws IOException, InterruptedException, RefusedModuleException {
        building.lockInterruptibly();
        try {
            return host.prepare(bytes(module), module.wanted());
        } catch (RefusedModuleException e) {
            throw refused.isEmpty()
                    ? e
                    : new RefusedModuleException(
                            e.code(),
                            "%s; the control plane's image of it isn't taken: %s"
                                    .formatted(e.getMessage(), refused));
        } finally {
            building.unlock();
        }
    }

    /// Has the module itself here too: its image may have to be built while nobody is asked.
    void keepModule(NamedModule module) throws IOException, InterruptedException {
        fetch(module);
    }

    private byte[] bytes(NamedModule module) throws IOException, InterruptedException {
        var onDisk = store.module(module.sha256());
        if (onDisk.isPresent()) {
            return onDisk.get();
        }
        fetch(module);
        return store.module(module.sha256())
                .orElseThrow(
                        () ->
                                new IOException(
                                        "module %s arrived as another"
                                                .formatted(module.sha256().shortHex())));
    }

    private synchronized void fetch(NamedModule module) throws IOException, InterruptedException {
        // by another who waited for the same
        if (store.hasModule(module.sha256())) {
            return;
        }
        source.fetch(module.sha256(), module.bytes(), store.arriving(module.sha256()));
        store.arrived(module.sha256());
    }
}
