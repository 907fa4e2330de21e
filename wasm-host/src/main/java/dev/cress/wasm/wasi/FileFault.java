package dev.cress.wasm.wasi;

/// Why a call on files fails, as an [Errno]. It ends in the call's answer, so it has no stack
/// trace.
final class FileFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errno;

    FileFault(int errno) {
        super("errno " + errno, null, false, false);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
