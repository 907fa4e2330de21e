package dev.cress.control.store;

import dev.cress.contract.Sha256;

import java.util.List;

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
                "SELECT id, hash, name, scope, created_at_ms FROM token ORDER BY created_at_ms, id",
                row ->
                        new StoredToken(
                                row.getString(1),
                                new Sha256(row.getString(2)),
                                row.getString(3),
                                Scope.of(row.getString(4)),
                                row.getLong(5)));
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
                "INSERT INTO token (id, hash, name, scope, created_at_ms) VALUES (?, ?, ?, ?, ?)",
                token.id(),
                token.hash().hex(),
                token.name(),
                token.scope().text(),
                token.createdAtMs());
    }

    /// Whether there was one.
    boolean delete(String id) {
        heads.advance(Heads.Side.TOKENS);
        return transaction.update("DELETE FROM token WHERE id = ?", id) > 0;
    }
}
