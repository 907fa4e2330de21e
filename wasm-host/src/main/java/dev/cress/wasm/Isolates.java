package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.isolate.IsolatePool;

/// The isolates of one image for one version of one tenant: no run of anybody else's ever sees
/// them. Closed when the version is served no more; runs under way go on. Thread-safe.
public final class Isolates implements AutoCloseable {
    private final WasmHost host;
    private final Image image;
    private final IsolatePool pool;

    Isolates(WasmHost host, Image image, IsolatePool pool) {
        this.host = host;
        this.image = image;
        this.pool = pool;
    }

    /// What they are made from.
    public Image image() {
        return image;
    }

    /// A run for this exchange; it starts with [GuestRun#execute].
    public GuestRun run(GuestExchange exchange, RunLimits limits) {
        return new GuestRun(host, this, exchange, limits);
    }

    /// A warm-up with this request, of at most so many runs; it starts with [WarmUp#run].
    public WarmUp warmUp(GuestRequest request, byte[] body, RunLimits limits, int runsMax) {
        return new WarmUp(this, request, body, limits, runsMax);
    }

    /// Isolates that wait for a request.
    public int idle() {
        return pool.idle();
    }

    IsolatePool pool() {
        return pool;
    }

    /// Gives their memory back.
    @Override
    public void close() {
        pool.close();
    }
}
