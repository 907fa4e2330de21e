package dev.cress.wasm.build;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// At most one worker that is started ahead and waits for its one build, for a while. It ends by
/// itself when this process does. Thread-safe.
final class SpareWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpareWorker.class);

    private final Starter starter;
    private final Duration idleMax;
    private @Nullable WorkerProcess worker;
    private boolean isClosed;

    /// Starts a worker.
    interface Starter {
        WorkerProcess start() throws IOException;
    }

    /// @param idleMax how long a worker waits
    SpareWorker(Starter starter, Duration idleMax) {
        this.starter = starter;
        this.idleMax = idleMax;
    }

    /// Starts one, unless one waits.
    synchronized void startAhead() {
        if (isClosed || (worker != null && worker.isAlive())) {
            return;
        }
        try {
            WorkerProcess started = starter.start();
            worker = started;
            Thread.ofVirtual().start(() -> endWhenIdle(started));
        } catch (IOException e) {
            LOG.warn("no build worker is started ahead: {}", e.toString());
        }
    }

    /// The one that waits, now the caller's.
    synchronized Optional<WorkerProcess> take() {
        WorkerProcess taken = worker;
        worker = null;
        return Optional.ofNullable(taken).filter(WorkerProcess::isAlive);
    }

    private void endWhenIdle(WorkerProcess started) {
        try {
            if (!started.awaitEnd(idleMax)) {
                endIfIdle(started);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void endIfIdle(WorkerProcess started) {
        if (worker == started) {
            worker = null;
            started.close();
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        take().ifPresent(WorkerProcess::close);
    }
}
