package dev.cress.wasm.host;

/// The families of host calls. A guest of any ABI may import any of them.
public enum Family {
    /// `wasi_snapshot_preview1`.
    WASI(0),
    /// `env.abort` and what else AssemblyScript's own runtime asks of its host.
    ASSEMBLY_SCRIPT(1),
    /// `env.host_call` and the hooks beside it.
    JAVASCRIPT(2),
    /// `extism:host/env`.
    EXTISM(3),
    /// `fastly_…`: the host calls of Fastly Compute.
    FASTLY(4),
    /// `http_handler`.
    HTTP_WASM(5);

    /// Where a run keeps what a family knows of it: one place each.
    private final int place;

    Family(int place) {
        this.place = place;
    }

    int place() {
        return place;
    }
}
