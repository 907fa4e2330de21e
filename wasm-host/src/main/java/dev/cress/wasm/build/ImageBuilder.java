package dev.cress.wasm.build;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;

/// Builds images from modules: in this JVM, for tests and tools that trust their bytes, or in a
/// child JVM, where the bytes may be anybody's.
public interface ImageBuilder extends AutoCloseable {
    /// Builds an image; takes a good part of a second per MB.
    ImageContent build(byte[] module, Wanted wanted) throws RefusedModuleException;

    /// Has the next build begin sooner, where that can be had for some memory: for hosts on which
    /// somebody waits for each build, one after the other.
    default void expectBuilds() {}

    /// Ends what only waits for builds.
    @Override
    default void close() {}
}
