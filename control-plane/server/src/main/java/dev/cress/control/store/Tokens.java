package dev.cress.control.store;

import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;

import java.util.List;
import java.util.Map;

/// Bearer tokens by the hash of their secret. Lives as long as one transaction.
final class Tokens {
    /// Tokens that one fleet may have.
    static final int TOKENS_MAX = 1_000;

    private final Transaction transaction;
    private final Heads heads;

    Tokens(Transaction transaction, Heads heads) {
        this.transaction = transaction;
        this.heads = heads;
    }

    /// Oldest first.
    List<StoredToken> list() {
        return transaction.list(
                """
                SELECT id, hash, name, scope, tenant, created_at_ms, expires_at_ms, last_used_ms
                FROM token ORDER BY created_at_ms, id\
                """,
                row ->
                        new StoredToken(
                                row.getString(1),
                                new Sha256(row.getString(2)),
                                row.getString(3),
                                Scope.of(row.getString(4)),
                                row.getString(5),
                                row.getLong(6),
                                row.getLong(7),
                                row.getLong(8)));
    }

    /// Stores the token in the place of one with the same id.
    void put(StoredToken token) {
        delete(token.id());
        long count = transaction.count("SELECT count(*) FROM token");
        if (count >= TOKENS_MAX) {
            throw Refusal.conflict(
                    "too-many-tokens",
                    "Too many tokens",
                    "there are %d tokens, at most %d: revoke some".formatted(count, TOKENS_MAX));
        }
        transaction.update(
                """
                INSERT INTO token (id, hash, name, scope, tenant, created_at_ms, expires_at_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)\
                """,
                token.id(),
                token.hash().hex(),
                token.name(),
                token.scope().text(),
                token.tenant(),
                token.createdAtMs(),
                token.expiresAtMs());
    }

    /// Notes when tokens were used, by id in ms since the epoch. Other servers aren't told.
    void used(Map<String, Long> lastUsedMs) {
        lastUsedMs.forEach(
                (id, atMs) ->
                        transaction.update(
                                "UPDATE token SET last_used_ms = ? WHERE id = ? AND last_used_ms <"
                                        + " ?",
                                atMs,
                                id,
                                atMs));
    }

    /// Takes a tenant's tokens away.
    void deleteAll(TenantName tenant) {
        heads.advance(Heads.Side.TOKENS);
        transaction.update("DELETE FROM token WHERE tenant = ?", tenant.value());
    }

    /// Whether there was one.
    boolean delete(String id) {
        heads.advance(Heads.Side.TOKENS);
        return transaction.update("DELETE FROM token WHERE id = ?", id) > 0;
    }
}
