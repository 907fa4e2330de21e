package dev.cress.control.store;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Sha256;
import dev.cress.contract.Tag;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Pushed.Artifact;
import dev.cress.control.store.Pushed.Blob;
import dev.cress.control.store.Pushed.Push;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Manifests that were pushed, with their tags. One is there as long as its own bytes are, which go
/// with what its version needs. Lives as long as one transaction.
final class PushedRows {
    /// Of a `pushed p`: its bytes are its tenant's.
    private static final String HELD =
            """
            EXISTS (SELECT 1 FROM holding h JOIN function f ON f.tenant = h.tenant
              WHERE f.name = p.function AND h.kind = 'blob' AND h.sha256 = p.sha256)\
            """;

    /// What a digest begins with in the words of registries.
    private static final String SHA256 = "sha256:";

    private final Tables tables;
    private final Transaction transaction;

    PushedRows(Tables tables) {
        this.tables = tables;
        transaction = tables.transaction();
    }

    Optional<Blob> blob(TenantName tenant, Sha256 sha256) {
        return tables.holdings()
                .module(tenant, sha256)
                .map(module -> new Blob(sha256, module.bytes(), true))
                .or(
                        () ->
                                tables.holdings()
                                        .blob(tenant, sha256)
                                        .map(bytes -> new Blob(sha256, bytes, false)));
    }

    Artifact put(Push push, byte[] bytes, long nowMs) {
        FunctionName function = push.function();
        TenantName tenant = function.tenant();
        // All of it was there a moment ago, and stays from now on as long as what is new.
        tables.holdings().askModule(tenant, push.module());
        for (Sha256 other : push.others()) {
            if (!tables.holdings().askModule(tenant, other)
                    && !tables.holdings().askBlob(tenant, other)) {
                throw Pushed.unknownBlob(other);
            }
        }
        int version = version(push, nowMs);
        tables.holdings()
                .addBlob(
                        tenant,
                        push.sha256(),
                        bytes.length,
                        nowMs,
                        chunks -> chunks.insert(push.sha256(), bytes));
        var needed = new HashSet<>(push.others());
        needed.add(push.sha256());
        new VersionBlobs(transaction).addPushed(function, version, needed);
        transaction.update(
                """
                INSERT INTO pushed (function, sha256, version, media_type) VALUES (?, ?, ?, ?)
                ON CONFLICT (function, sha256) DO UPDATE SET version = excluded.version,
                  media_type = excluded.media_type\
                """,
                function.value(),
                push.sha256().hex(),
                version,
                push.mediaType());
        String tag = push.tag();
        if (tag != null) {
            tag(function, tag, push.sha256(), nowMs);
        }
        return new Artifact(push.sha256(), push.mediaType(), version);
    }

    /// The one that this very manifest made before, or that the function's newest is like.
    private int version(Push push, long nowMs) {
        FunctionName function = push.function();
        var before =
                transaction.first(
                        "SELECT version FROM pushed WHERE function = ? AND sha256 = ?",
                        row -> row.getInt(1),
                        function.value(),
                        push.sha256().hex());
        if (before.isPresent()) {
            return before.get();
        }
        requireRoom(
                "manifests",
                Pushed.MANIFESTS_MAX,
                "pushed",
                function,
                "delete some, or wait until those that are deployed nowhere are collected");
        return tables.releases()
                .createVersion(function, push.module(), push.manifest(), null, null, nowMs)
                .version()
                .number();
    }

    private void tag(FunctionName function, String tag, Sha256 sha256, long nowMs) {
        int moved =
                transaction.update(
                        "UPDATE tag SET sha256 = ?, pushed_at_ms = ? WHERE function = ? AND name ="
                                + " ?",
                        sha256.hex(),
                        nowMs,
                        function.value(),
                        tag);
        if (moved == 0) {
            requireRoom("tags", Pushed.TAGS_MAX, "tag", function, "delete some");
            transaction.update(
                    "INSERT INTO tag (function, name, sha256, pushed_at_ms) VALUES (?, ?, ?, ?)",
                    function.value(),
                    tag,
                    sha256.hex(),
                    nowMs);
        }
    }

    private void requireRoom(
            String what, int most, String table, FunctionName function, String advice) {
        long count =
                transaction.count(
                        "SELECT count(*) FROM " + table + " WHERE function = ?", function.value());
        if (count >= most) {
            throw Refusal.conflict(
                    "too-many-" + what,
                    "Too many " + what,
                    "%s has %d %s, at most %d: %s".formatted(function, count, what, most, advice));
        }
    }

    Optional<Artifact> find(FunctionName function, String reference) {
        boolean isDigest = reference.startsWith(SHA256);
        return transaction.first(
                """
                SELECT p.sha256, p.media_type, p.version FROM pushed p
                WHERE p.function = ? AND p.sha256 = %s AND %s\
                """
                        .formatted(
                                isDigest
                                        ? "?"
                                        : "(SELECT sha256 FROM tag t"
                                                + " WHERE t.function = p.function AND t.name = ?)",
                                HELD),
                row -> new Artifact(new Sha256(row.getString(1)), row.getString(2), row.getInt(3)),
                function.value(),
                isDigest ? reference.substring(SHA256.length()) : reference);
    }

    List<Tag> tags(FunctionName function, String after, int count) {
        return transaction.list(
                """
                SELECT t.name, p.version, t.sha256, t.pushed_at_ms
                FROM tag t JOIN pushed p ON p.function = t.function AND p.sha256 = t.sha256
                WHERE t.function = ? AND t.name > ? AND %s ORDER BY t.name LIMIT ?\
                """
                        .formatted(HELD),
                row ->
                        new Tag(
                                row.getString(1),
                                row.getInt(2),
                                new Sha256(row.getString(3)),
                                row.getLong(4)),
                function.value(),
                after,
                count);
    }

    boolean delete(FunctionName function, String reference) {
        if (!reference.startsWith(SHA256)) {
            return transaction.update(
                            "DELETE FROM tag WHERE function = ? AND name = ?",
                            function.value(),
                            reference)
                    > 0;
        }
        String hex = reference.substring(SHA256.length());
        transaction.update(
                "DELETE FROM tag WHERE function = ? AND sha256 = ?", function.value(), hex);
        return transaction.update(
                        "DELETE FROM pushed WHERE function = ? AND sha256 = ?",
                        function.value(),
                        hex)
                > 0;
    }
}
