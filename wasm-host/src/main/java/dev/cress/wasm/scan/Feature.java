package dev.cress.wasm.scan;

import dev.cress.wasm.guest.RefusedModuleException;

/// Features of Wasm that Cress doesn't run, and what an author can do about each.
enum Feature {
    SIMD("SIMD (v128)", "build without it: -mno-simd128, or a target without simd128"),
    SHARED_MEMORY("shared memory", "build without threads"),
    THREADS("threads (atomic instructions)", "build without threads: -mno-atomics"),
    MULTI_MEMORY("more than one memory", "build with a single memory"),
    MEMORY64("64-bit memory", "build for wasm32"),
    GC(
            "garbage collected types",
            "Kotlin/Wasm, Dart and the like need it; it is not supported yet"),
    EXCEPTIONS("exceptions", "build without them: -fno-exceptions, or panic=abort");

    private final String text;
    private final String advice;

    Feature(String text, String advice) {
        this.text = text;
        this.advice = advice;
    }

    RefusedModuleException refused() {
        return new RefusedModuleException(
                "unsupported-feature",
                "module uses %s, which Cress does not run: %s".formatted(text, advice));
    }
}
