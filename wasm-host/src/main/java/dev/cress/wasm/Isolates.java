package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.isolate.IsolatePool;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The isolates of one image for one version of one tenant: no run of anybody else's ever sees
/// them. Closed when the version is served no more; runs under way go on. Thread-safe.
///
/// ```text
/// hot ◀──the first request── warm ◀──the first request── cold
///  │   isolates that wait     ▲ │   the image, no isolates ▲     neither: only where it comes from
///  └──unused for a minute─────┘ └──unused for ten minutes──┘
/// ```
public final class Isolates implements AutoCloseable {
    private final WasmHost host;
    private final Source source;
    private final ReentrantLock loading = new ReentrantLock();
    private volatile @Nullable Loaded loaded;
    private volatile boolean closed;

    Isolates(WasmHost host, Source source) {
        this.host = host;
        this.source = source;
    }

    /// Where an image comes from whenever it is needed again. May be called by any thread, one at a
    /// time, and may block.
    public interface Source {
        /// The image of the same module every time.
        Image image() throws IOException, RefusedModuleException, InterruptedException;
    }

    /// An image and isolates of it.
    record Loaded(Image image, IsolatePool pool) {}

    /// Begins warm.
    Isolates with(Image image) {
        loaded = load(image);
        return this;
    }

    /// Blocks while it is cold, until its image is here.
    Loaded loaded() {
        Loaded now = loaded;
        return now == null ? load() : now;
    }

    private Loaded load() {
        loading.lock();
        try {
            Loaded now = loaded;
            if (now == null) {
                now = load(source.image());
                loaded = now;
            }
            return now;
        } catch (IOException | RefusedModuleException e) {
            throw new WasmHostException("the image can't be had: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WasmHostException("interrupted while the image was loaded", e);
        } finally {
            loading.unlock();
        }
    }

    private Loaded load(Image image) {
        IsolatePool pool = host.pools().pool(image.blueprint(), this::cool);
        if (closed) {
            pool.close();
        }
        return new Loaded(image, pool);
    }

    /// Forgets the image until the next run; runs under way keep it.
    void cool() {
        // a load under way says that somebody needs it
        if (!loading.tryLock()) {
            return;
        }
        try {
            Loaded now = loaded;
            loaded = null;
            if (now != null) {
                now.pool().close();
            }
        } finally {
            loading.unlock();
        }
    }

    /// Whether the next run has to load the image first.
    public boolean isCold() {
        return loaded == null;
    }

    /// What they are made from. Blocks while it is cold.
    public Image image() {
        return loaded().image();
    }

    /// A run for this exchange; it starts with [GuestRun#execute].
    public GuestRun run(GuestExchange exchange, RunLimits limits) {
        return run(exchange, limits, List.of());
    }

    /// The same with filters in front, which run in this order in the same limits of time and
    /// answer; memory and log are limited for each guest apart.
    ///
    /// @param filters at most [Filter#MAX]
    public GuestRun run(GuestExchange exchange, RunLimits limits, List<Filter> filters) {
        return new GuestRun(host, this, exchange, limits, filters);
    }

    /// A warm-up with this request, of at most so many runs; it starts with [WarmUp#run].
    ///
    /// @param filters in front of it, as in [#run]
    public WarmUp warmUp(
            GuestRequest request,
            byte[] body,
            RunLimits limits,
            List<Filter> filters,
            int runsMax) {
        return new WarmUp(this, request, body, limits, filters, runsMax);
    }

    /// Isolates that wait for a request.
    public int idle() {
        Loaded now = loaded;
        return now == null ? 0 : now.pool().idle();
    }

    /// Gives their memory back.
    @Override
    public void close() {
        closed = true;
        Loaded now = loaded;
        if (now != null) {
            now.pool().close();
        }
    }
}
