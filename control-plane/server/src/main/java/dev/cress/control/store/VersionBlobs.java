package dev.cress.control.store;

import dev.cress.contract.Filter;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;
import dev.cress.control.store.Blobs.Kind;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/// What each version needs of the uploaded bytes, and which versions their functions retain: those
/// that the present deployment names, or one of the last [Releases#RETAINED] before it. Lives as
/// long as one transaction, which has the log's head for itself where it writes here.
final class VersionBlobs {
    /// Of a `version v`, with its tenant as an argument: whether something that it needs to run is
    /// no longer its tenant's.
    static final String COLLECTED =
            """
                EXISTS (SELECT 1 FROM version_blob b
                  WHERE b.function = v.function AND b.number = v.number AND b.kind <> 'blob'
            AND NOT EXISTS (
                    SELECT 1 FROM holding h
                    WHERE h.tenant = ? AND h.kind = b.kind AND h.sha256 = b.sha256))\
            """;

    private final Transaction transaction;

    VersionBlobs(Transaction transaction) {
        this.transaction = transaction;
    }

    /// Notes what a new version needs.
    void add(FunctionName name, int number, Sha256 module, Manifest manifest) {
        add(name, number, Kind.MODULE, module);
        for (Filter filter : manifest.filters()) {
            add(name, number, Kind.MODULE, filter.module());
        }
        var assets = manifest.assets();
        if (assets != null) {
            add(name, number, Kind.BUNDLE, assets.sha256());
        }
    }

    private void add(FunctionName name, int number, Kind kind, Sha256 sha256) {
        transaction.update(
                """
                INSERT INTO version_blob (function, number, kind, sha256, retained)
                VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING\
                """,
                name.value(),
                number,
                kind.table(),
                sha256.hex());
    }

    /// Notes what a manifest was pushed with that made a version: it stays as long as the version's
    /// module does.
    void addPushed(FunctionName name, int number, Set<Sha256> blobs) {
        for (Sha256 blob : blobs) {
            transaction.update(
                    """
                    INSERT INTO version_blob (function, number, kind, sha256, retained)
                    SELECT function, number, 'blob', ?, max(retained) FROM version_blob
                    WHERE function = ? AND number = ? GROUP BY function, number
                    ON CONFLICT DO NOTHING\
                    """,
                    blob.hex(),
                    name.value(),
                    number);
        }
    }

    /// From now on the function retains these versions and no others.
    void retain(FunctionName name, List<Version> versions) {
        String marks = String.join(", ", Collections.nCopies(versions.size(), "?"));
        var arguments = new ArrayList<Object>();
        arguments.add(name.value());
        versions.forEach(version -> arguments.add(version.number()));
        transaction.update(
                """
                UPDATE version_blob SET retained = 0
                WHERE function = ? AND retained = 1 AND number NOT IN (%s)\
                """
                        .formatted(marks),
                arguments.toArray());
        transaction.update(
                """
                UPDATE version_blob SET retained = 1
                WHERE function = ? AND number IN (%s) AND retained = 0\
                """
                        .formatted(marks),
                arguments.toArray());
    }

    /// Goes on only if all that the version needs to run is stored, and its tenant's.
    void requireStored(FunctionName name, int number) {
        transaction
                .first(
                        """
                        SELECT b.kind, b.sha256 FROM version_blob b
                        WHERE b.function = ? AND b.number = ? AND b.kind <> 'blob'
                          AND NOT EXISTS (
                          SELECT 1 FROM holding h
                          WHERE h.tenant = ? AND h.kind = b.kind AND h.sha256 = b.sha256)
                        ORDER BY b.kind, b.sha256 LIMIT 1\
                        """,
                        row -> named(row.getString(1)) + " " + row.getString(2),
                        name.value(),
                        number,
                        name.tenant().value())
                .ifPresent(
                        missing -> {
                            throw Refusal.conflict(
                                    "version-collected",
                                    "Version collected",
                                    "version %d of %s needs %s, stored no more: upload it again"
                                            .formatted(number, name, missing));
                        });
    }

    private static String named(String kind) {
        return kind.equals(Kind.BUNDLE.table()) ? "assets" : kind;
    }
}
