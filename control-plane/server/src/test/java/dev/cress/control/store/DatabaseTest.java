package dev.cress.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

/// What becomes of a transaction that others, or the network, get in the way of.
@Timeout(30)
class DatabaseTest {
    private final AtomicInteger attempts = new AtomicInteger();
    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(Dialect.of(Engine.POSTGRESQL.fresh(Path.of(""))));
        database.write(
                transaction -> {
                    put(transaction, "a", "");
                    return put(transaction, "b", "");
                });
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static int put(Transaction transaction, String name, String value) {
        return transaction.update(
                """
                INSERT INTO setting (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = setting.value || excluded.value\
                """,
                name,
                value);
    }

    private String value(String name) {
        return database.read(
                transaction ->
                        transaction
                                .first(
                                        "SELECT value FROM setting WHERE name = ?",
                                        row -> row.getString(1),
                                        name)
                                .orElseThrow());
    }

    /// Ends this transaction's connection from the server's side.
    private static void breakOff(Transaction transaction) {
        long pid = transaction.count("SELECT pg_backend_pid()");
        Engine.execute("SELECT pg_terminate_backend(%d, 5000)".formatted(pid));
    }

    @Test
    void ofTwoThatWaitForEachOtherOneIsTriedAgain() {
        var bothHold = new CyclicBarrier(2);
        var oneIsThrough = new CountDownLatch(1);
        var one =
                CompletableFuture.supplyAsync(
                        () -> crosswise("a", "b", "1", bothHold, oneIsThrough));
        var other =
                CompletableFuture.supplyAsync(
                        () -> crosswise("b", "a", "2", bothHold, oneIsThrough));
        CompletableFuture.allOf(one, other).join();
        assertThat(attempts).hasValue(3);
        assertThat(value("a")).isIn("12", "21").isEqualTo(value("b"));
    }

    /// The one that is tried again lets the other end first: else both may meet once more.
    private int crosswise(
            String first,
            String second,
            String value,
            CyclicBarrier bothHold,
            CountDownLatch oneIsThrough) {
        int rows =
                database.write(
                        transaction -> {
                            if (attempts.incrementAndGet() > 2) {
                                await(oneIsThrough::await);
                                return put(transaction, first, value)
                                        + put(transaction, second, value);
                            }
                            put(transaction, first, value);
                            await(bothHold::await);
                            return put(transaction, second, value);
                        });
        oneIsThrough.countDown();
        return rows;
    }

    private interface Wait {
        void end() throws Exception;
    }

    private static void await(Wait wait) {
        try {
            wait.end();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneWhoseConnectionBreaksBeforeItsCommitIsTriedAgain() {
        database.write(
                transaction -> {
                    put(transaction, "a", "x");
                    if (attempts.incrementAndGet() == 1) {
                        breakOff(transaction);
                    }
                    return put(transaction, "b", "x");
                });
        assertThat(attempts).hasValue(2);
        assertThat(value("a") + value("b")).isEqualTo("xx");
    }

    @Test
    void oneWhoseConnectionBreaksAtItsCommitIsNotAndThatItMayBeStoredIsSaid() {
        assertThatThrownBy(
                        () ->
                                database.write(
                                        transaction -> {
                                            attempts.incrementAndGet();
                                            int put = put(transaction, "a", "x");
                                            breakOff(transaction);
                                            return put;
                                        }))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNSURE))
                .hasMessageContaining("may be stored or not");
        assertThat(attempts).hasValue(1);
        assertThat(value("a")).isEmpty();
    }

    @Test
    void whatIsReadIsOneState() {
        String seen =
                database.read(
                        transaction -> {
                            String before =
                                    transaction
                                            .first(
                                                    "SELECT value FROM setting WHERE name = 'a'",
                                                    row -> row.getString(1))
                                            .orElseThrow();
                            database.write(
                                    other -> {
                                        put(other, "a", "x");
                                        return put(other, "b", "x");
                                    });
                            return before
                                    + transaction
                                            .first(
                                                    "SELECT value FROM setting WHERE name = 'b'",
                                                    row -> row.getString(1))
                                            .orElseThrow();
                        });
        assertThat(seen).isEmpty();
    }
}
