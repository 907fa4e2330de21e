package dev.cress.node.state;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Warmup;
import dev.cress.node.serve.RequestHandler.Place;
import dev.cress.node.serve.ServedVersion;
import dev.cress.wasm.WarmUp;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs versions before they take traffic, one at a time on a thread that yields to all others. A
/// version waits for as long as the node's limit says, its turn included: those that come together
/// share that time.
final class WarmUps implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUps.class);
    private static final int HTTP_PORT = 80;

    private final Place place;
    private final String domain;
    private final Duration time;
    private final ExecutorService thread;

    /// Versions whose turn hasn't come, and the one whose turn it is.
    private final AtomicInteger queued = new AtomicInteger();

    private volatile boolean closed;
    private volatile @Nullable WarmUp present;

    WarmUps(Place place, String domain, Duration time) {
        this.place = place;
        this.domain = domain;
        this.time = time;
        this.thread =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform()
                                .name("cress-warm-up-" + place.name())
                                .daemon()
                                .factory());
    }

    /// Calls back when it is done, on its own thread.
    void warm(FunctionName function, ServedVersion version, Runnable done) {
        long latest = System.nanoTime() + time.toNanos();
        queued.incrementAndGet();
        try {
            thread.execute(
                    () -> {
                        try {
                            turn(function, version, latest);
                        } finally {
                            queued.decrementAndGet();
                            done.run();
                        }
                    });
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: not warmed up, the node closes", function);
            done.run();
        }
    }

    private void turn(FunctionName function, ServedVersion version, long latest) {
        long share = (latest - System.nanoTime()) / queued.get();
        Warmup asked = version.version().manifest().warmup();
        if (closed || share <= 0 || asked.requests() == 0) {
            return;
        }
        byte[] body = asked.body().getBytes(StandardCharsets.UTF_8);
        var warmUp =
                version.isolates()
                        .warmUp(
                                request(function, version, asked, body.length),
                                body,
                                version.limits(),
                                version.filters(),
                                asked.requests());
        present = warmUp;
        try {
            if (closed) {
                return;
            }
            WarmUp.Result result = warmUp.run(Duration.ofNanos(share));
            LOG.info(
                    "{} version {}: warmed up in {} runs, the first {} µs, the fastest {} µs",
                    function,
                    version.version().number(),
                    result.runs(),
                    result.first().toNanos() / 1_000,
                    result.fastest().toNanos() / 1_000);
        } catch (RuntimeException | Error fault) {
            LOG.warn("{} can't be warmed up", function, fault);
        } finally {
            present = null;
        }
    }

    private GuestRequest request(
            FunctionName function, ServedVersion version, Warmup asked, int bodyBytes) {
        String host = function + "." + domain;
        int query = asked.path().indexOf('?');
        return new GuestRequest(
                asked.method(),
                "http",
                host,
                HTTP_PORT,
                query < 0 ? asked.path() : asked.path().substring(0, query),
                query < 0 ? "" : asked.path().substring(query + 1),
                "HTTP/1.1",
                List.of(new Header("host", host), new Header("user-agent", "cress-warm-up")),
                bodyBytes == 0 ? -1 : bodyBytes,
                "127.0.0.1",
                new GuestRequest.MatchedRoute("/*", ""),
                new GuestRequest.Place(
                        function.value(),
                        version.version().number(),
                        place.name(),
                        place.region(),
                        "warm-up",
                        "",
                        ""),
                version.version().manifest().config());
    }

    /// Ends the one under way; those that wait are called back without.
    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        WarmUp running = present;
        if (running != null) {
            running.cancel();
        }
    }
}
