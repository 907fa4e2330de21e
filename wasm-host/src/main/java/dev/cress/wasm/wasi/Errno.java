package dev.cress.wasm.wasi;

/// The error numbers that our calls return (`wasi_snapshot_preview1.witx`, `errno`).
final class Errno {
    static final int SUCCESS = 0;
    static final int BADF = 8;
    static final int FAULT = 21;
    static final int INVAL = 28;
    static final int NOTSUP = 58;
    static final int SPIPE = 70;
    static final int NOTCAPABLE = 76;

    private Errno() {}
}
