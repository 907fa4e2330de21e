package dev.cress.wasm.split;

/// A function has something in it that isn't split: it stays as it is.
final class UnsplittableException extends Exception {
    private static final long serialVersionUID = 1;
}
