package dev.cress.wasm.build;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.image.ImageContent;

/// Builds images from modules: in this JVM, for tests and tools that trust their bytes, or in a
/// child JVM, where the bytes may be anybody's.
public interface ImageBuilder {
    /// Builds an image; takes a good part of a second per MB.
    ///
    /// @param abi `auto`, or the entry convention's name
    ImageContent build(byte[] module, String abi) throws RefusedModuleException;
}
