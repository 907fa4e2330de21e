package dev.cress.node.state;

import dev.cress.wasm.Image;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Images of modules: from the node's disk, else prepared from the module, which is fetched if it
/// isn't here. Blocks. [#staged] on the staging thread; an image that has cooled down is loaded
/// again by whoever needs it.
final class NodeImages {
    private final NodeStore store;
    private final ModuleSource source;
    private final WasmHost host;

    NodeImages(NodeStore store, ModuleSource source, WasmHost host) {
        this.store = store;
        this.source = source;
        this.host = host;
    }

    /// Whether it was ready on this node before: then a start needn't load what may not be asked
    /// for.
    boolean isKept(NamedModule module) {
        return store.hasModule(module.sha256())
                && host.isKept(module.sha256().hex(), module.wanted());
    }

    /// Isolates of what is kept, loaded by the first request.
    Isolates cold(NamedModule module) {
        return host.isolates(() -> again(module));
    }

    /// Isolates of what is made ready now.
    ///
    /// @param memoryBytesMax with more at its start it is refused
    Isolates staged(NamedModule module, long memoryBytesMax)
            throws IOException, InterruptedException, RefusedModuleException {
        Image image = host.prepare(bytes(module), module.wanted());
        if (image.initialMemoryBytes() > memoryBytesMax) {
            throw new RefusedModuleException(
                    "out-of-memory",
                    "module starts with %d MiB of memory, at most %d MiB"
                            .formatted(image.initialMemoryBytes() >> 20, memoryBytesMax >> 20));
        }
        return host.isolates(image, () -> again(module));
    }

    private Image again(NamedModule module)
            throws IOException, InterruptedException, RefusedModuleException {
        Optional<Image> kept = host.kept(module.sha256().hex(), module.wanted());
        return kept.isPresent() ? kept.get() : host.prepare(bytes(module), module.wanted());
    }

    private byte[] bytes(NamedModule module) throws IOException, InterruptedException {
        var onDisk = store.module(module.sha256());
        if (onDisk.isPresent()) {
            return onDisk.get();
        }
        Path arriving = store.arriving(module.sha256());
        source.fetch(module.sha256(), module.bytes(), arriving);
        store.arrived(module.sha256());
        return store.module(module.sha256())
                .orElseThrow(
                        () ->
                                new IOException(
                                        "module %s arrived as another"
                                                .formatted(module.sha256().shortHex())));
    }
}
