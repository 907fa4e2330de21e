package dev.cress.control.store;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.Json;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Answers to changes that were asked for under a name ([Once]), stored in the transaction that
/// made the change: both are there, or neither. Refusals aren't kept: nothing was changed. Lives as
/// long as one transaction, which has locked the log's head.
final class Answers {
    /// How long an answer can be had again, on the database's clock.
    static final Duration KEPT = Duration.ofHours(24);

    /// Answers of one token at a time.
    static final int PER_TOKEN_MAX = 10_000;

    /// Old ones that are taken out with each new one.
    static final int SWEEP = 100;

    private final Transaction transaction;

    Answers(Transaction transaction) {
        this.transaction = transaction;
    }

    private record Kept(String request, String sealed) {}

    /// The first answer, if there was one. A [Refusal] says that it was to another request.
    <T> Optional<T> find(Once once, Class<T> type) {
        var found =
                transaction.first(
                        """
                        SELECT request, sealed FROM answer
                        WHERE token = ? AND name = ? AND at_ms > %s - ?\
                        """
                                .formatted(nowMs()),
                        row -> new Kept(row.getString(1), row.getString(2)),
                        once.token(),
                        once.name().hex(),
                        KEPT.toMillis());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (!found.get().request.equals(once.request().hex())) {
            throw Refusal.of(
                    422,
                    "key-reused",
                    "Key reused",
                    "another request had this idempotency key within the last %d hours: a key names one change"
                            .formatted(KEPT.toHours()));
        }
        return Optional.of(read(once.open(found.get().sealed), type));
    }

    /// A server of another build may have written it.
    private static <T> T read(String answer, Class<T> type) {
        try {
            return Json.LENIENT.readValue(answer, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that was kept can't be read", e);
        }
    }

    void keep(Once once, Object answer) {
        sweep();
        long count =
                transaction.count(
                        "SELECT count(*) FROM answer WHERE token = ? AND at_ms > %s - ?"
                                .formatted(nowMs()),
                        once.token(),
                        KEPT.toMillis());
        if (count >= PER_TOKEN_MAX) {
            throw tooMany(once, count);
        }
        transaction.update(
                """
                INSERT INTO answer (token, name, request, sealed, at_ms) VALUES (?, ?, ?, ?, %s)
                ON CONFLICT (token, name) DO UPDATE
                SET request = excluded.request, sealed = excluded.sealed, at_ms = excluded.at_ms\
                """
                        .formatted(nowMs()),
                once.token(),
                once.name().hex(),
                once.request().hex(),
                once.seal(Json.write(answer)));
    }

    private Refusal tooMany(Once once, long count) {
        long untilMs =
                transaction.count(
                        "SELECT min(at_ms) + ? - %s FROM answer WHERE token = ?".formatted(nowMs()),
                        KEPT.toMillis(),
                        once.token());
        return Refusal.of(
                429,
                "too-many-keys",
                "Too many keys",
                "this token has used %d idempotency keys within %d hours, at most %d"
                        .formatted(count, KEPT.toHours(), PER_TOKEN_MAX),
                Map.of("retry-after", Long.toString(Math.max(1, untilMs / 1_000))));
    }

    private void sweep() {
        transaction.update(
                """
                DELETE FROM answer WHERE (token, name) IN (
                  SELECT token, name FROM answer WHERE at_ms <= %s - ? ORDER BY at_ms LIMIT ?)\
                """
                        .formatted(nowMs()),
                KEPT.toMillis(),
                SWEEP);
    }

    private String nowMs() {
        return transaction.dialect().nowMs();
    }
}
