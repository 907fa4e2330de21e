package dev.cress.control.store;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waits on a connection of its own for what other servers announce, and looks without being told
/// every [#POLL_EVERY]: an announcement may be lost with the connection. A platform thread.
final class Wakeups implements AutoCloseable {
    /// How late this server hears of something at most while the database answers.
    static final Duration POLL_EVERY = Duration.ofSeconds(2);

    private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(Wakeups.class);

    private final Dialect dialect;
    private final String server;
    private final Runnable look;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Connection listening;

    /// @param server this one's id: what it announces itself is left aside
    /// @param look called for each announcement and every [#POLL_EVERY]; must not block
    Wakeups(Dialect dialect, String server, Runnable look) {
        this.dialect = dialect;
        this.server = server;
        this.look = look;
        thread = Thread.ofPlatform().name("cress-store-wake").start(this::run);
    }

    private void run() {
        while (closed.getCount() > 0) {
            look.run();
            try (Connection connection = dialect.connect()) {
                listening = connection;
                listen(connection);
            } catch (SQLException | StoreException e) {
                if (!isClosedWithin(POLL_EVERY)) {
                    LOG.warn("not told of other servers' changes: {}", e.getMessage());
                }
            }
        }
    }

    private void listen(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("LISTEN " + PostgresDialect.CHANNEL);
        }
        // From now on nothing is missed; before, something may have been.
        look.run();
        var session = connection.unwrap(PGConnection.class);
        long lookedNs = System.nanoTime();
        while (closed.getCount() > 0) {
            long waitMs = POLL_EVERY.minusNanos(System.nanoTime() - lookedNs).toMillis();
            PGNotification[] heard = session.getNotifications((int) Math.max(1, waitMs));
            boolean told =
                    heard != null
                            && Arrays.stream(heard)
                                    .anyMatch(one -> !one.getParameter().equals(server));
            if (told || System.nanoTime() - lookedNs >= POLL_EVERY.toNanos()) {
                lookedNs = System.nanoTime();
                look.run();
            }
        }
    }

    private boolean isClosedWithin(Duration wait) {
        try {
            return closed.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            var connection = listening;
            if (connection != null) {
                connection.abort(Runnable::run);
            }
        } catch (SQLException e) {
            LOG.debug("a connection that was broken already", e);
        }
        try {
            if (!thread.join(CLOSE_WAIT)) {
                LOG.warn("still waits for the database after {} s", CLOSE_WAIT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
