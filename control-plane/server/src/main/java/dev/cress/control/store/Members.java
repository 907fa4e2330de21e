package dev.cress.control.store;

import dev.cress.contract.Json;
import dev.cress.contract.Member;
import dev.cress.contract.Role;
import dev.cress.contract.Sha256;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who may join, by the hash of a secret, and who has. Lives as long as one transaction.
final class Members {
    /// Members that one fleet may have.
    static final int MEMBERS_MAX = 10_000;

    /// Join tokens that may be open at once.
    static final int JOIN_TOKENS_MAX = 1_000;

    /// How long it can be said of a join token why it lets nobody in any more.
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private static final String SELECT =
            "SELECT name, role, region, serial, previous, joined_at_ms, ends_at_ms FROM member ";

    private final Transaction transaction;
    private final Heads heads;

    Members(Tables tables) {
        transaction = tables.transaction();
        heads = tables.heads();
    }

    /// @param open for how long it lets somebody in, on the database's clock
    /// @return when it ends, ms since the epoch
    long putJoinToken(Sha256 hash, JoinGrant grant, Duration open) {
        String now = transaction.dialect().nowMs();
        transaction.update(
                "DELETE FROM join_token WHERE ends_at_ms < %s - ?".formatted(now),
                REMEMBERED.toMillis());
        long count = transaction.count("SELECT count(*) FROM join_token");
        if (count >= JOIN_TOKENS_MAX) {
            throw Refusal.conflict(
                    "too-many-join-tokens",
                    "Too many join tokens",
                    "%d join tokens were made within a day, at most %d"
                            .formatted(count, JOIN_TOKENS_MAX));
        }
        transaction.update(
                """
                INSERT INTO join_token (hash, role, region, name, place, ends_at_ms, used_by)
                VALUES (?, ?, ?, ?, ?, %s + ?, '')\
                """
                        .formatted(now),
                hash.hex(),
                grant.role().text(),
                grant.region(),
                grant.name(),
                grant.place(),
                open.toMillis());
        return transaction.count("SELECT ends_at_ms FROM join_token WHERE hash = ?", hash.hex());
    }

    void requireJoinToken(Sha256 hash) {
        if (transaction.count("SELECT count(*) FROM join_token WHERE hash = ?", hash.hex()) == 0) {
            throw refused("it is unknown");
        }
    }

    /// A join token on its use.
    ///
    /// @param again whether the same key used it before
    record Used(JoinGrant grant, boolean again) {}

    /// Has this key use the join token, unless another did.
    ///
    /// @param key the digest of the public key
    /// @param region where the member is, empty if it doesn't say
    Used use(Sha256 hash, Sha256 key, String name, String region) {
        record Row(JoinGrant grant, long leftMs, String usedBy) {}
        Row row =
                transaction
                        .first(
                                """
                                SELECT role, region, name, place, ends_at_ms - %s, used_by
                                FROM join_token WHERE hash = ?\
                                """
                                        .formatted(transaction.dialect().nowMs()),
                                found ->
                                        new Row(
                                                JoinGrant.of(
                                                        Role.of(found.getString(1)),
                                                        found.getString(2),
                                                        found.getString(3),
                                                        found.getString(4)),
                                                found.getLong(5),
                                                found.getString(6)),
                                hash.hex())
                        .orElseThrow(() -> refused("it is unknown"));
        boolean again = row.usedBy().equals(key.hex());
        if (!row.usedBy().isEmpty() && !again) {
            throw refused("it was used already, and lets one member in");
        }
        if (row.leftMs() <= 0) {
            throw refused("it ran out %d s ago".formatted(-row.leftMs() / 1_000));
        }
        var grant = row.grant();
        if (!region.isEmpty() && !region.equals(grant.region())) {
            throw refused("it is for region %s, not %s".formatted(grant.region(), region));
        }
        if (!grant.name().isEmpty() && !grant.name().equals(name)) {
            throw refused("it is for %s, not %s".formatted(grant.name(), name));
        }
        transaction.update(
                "UPDATE join_token SET used_by = ?, name = ? WHERE hash = ?",
                key.hex(),
                name,
                hash.hex());
        return new Used(
                new JoinGrant(
                        grant.role(), grant.region(), name, grant.latitude(), grant.longitude()),
                again);
    }

    private static Refusal refused(String why) {
        return Refusal.of(
                403, "join-refused", "Join refused", "the join token lets nobody in: " + why);
    }

    /// The signing keys, none as long as none were made.
    StoredKeys keys() {
        return transaction
                .first(
                        "SELECT value FROM setting WHERE name = ?",
                        row -> Json.read(row.getString(1), StoredKeys.class),
                        Membership.KEYS)
                .orElse(new StoredKeys(List.of()));
    }

    void putKeys(StoredKeys keys) {
        heads.advance(Heads.Side.MEMBERS);
        transaction.update(
                "UPDATE setting SET value = ? WHERE name = ?", Json.write(keys), Membership.KEYS);
    }

    /// By name.
    List<StoredMember> list() {
        return transaction.list(SELECT + "ORDER BY name", Members::read);
    }

    Optional<StoredMember> find(String name) {
        return transaction.first(SELECT + "WHERE name = ?", Members::read, name);
    }

    private static StoredMember read(ResultSet row) throws SQLException {
        return new StoredMember(
                new Member(Role.of(row.getString(2)), row.getString(3), row.getString(1)),
                row.getString(4),
                row.getString(5),
                row.getLong(6),
                row.getLong(7));
    }

    /// Stores a member in the place of one with the same name.
    void put(StoredMember member) {
        delete(member.member().name());
        long count = transaction.count("SELECT count(*) FROM member");
        if (count >= MEMBERS_MAX) {
            throw Refusal.conflict(
                    "too-many-members",
                    "Too many members",
                    "there are %d members, at most %d: remove some".formatted(count, MEMBERS_MAX));
        }
        transaction.update(
                """
                INSERT INTO member
                  (name, role, region, serial, previous, joined_at_ms, ends_at_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)\
                """,
                member.member().name(),
                member.member().role().text(),
                member.member().region(),
                member.serial(),
                member.previous(),
                member.joinedAtMs(),
                member.endsAtMs());
    }

    /// Has whoever came to be called so by a join token never come by it again.
    void burn(String name) {
        transaction.update("DELETE FROM join_token WHERE name = ? AND used_by <> ''", name);
    }

    /// Whether there was one.
    boolean delete(String name) {
        heads.advance(Heads.Side.MEMBERS);
        return transaction.update("DELETE FROM member WHERE name = ?", name) > 0;
    }
}
