package dev.cress.wasm.build;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;

/// Builds images from modules: in this JVM, for tests and tools that trust their bytes, or in a
/// child JVM, where the bytes may be anybody's.
public interface ImageBuilder {
    /// Builds an image; takes a good part of a second per MB.
    ImageContent build(byte[] module, Wanted wanted) throws RefusedModuleException;
}
