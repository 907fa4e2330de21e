package dev.cress.node.kv;

import java.util.List;

/// The tables. Keys are their UTF-8 bytes, so that they sort as such; a store's generation is that
/// of its latest write, and never goes back.
final class KeyValueSchema {
    static final int VERSION = 1;

    static final List<String> STATEMENTS =
            List.of(
                    """
                    CREATE TABLE store (
                      name TEXT PRIMARY KEY, generation INTEGER NOT NULL, bytes INTEGER NOT NULL)
                      STRICT\
                    """,
                    """
                    CREATE TABLE item (
                      store TEXT NOT NULL REFERENCES store, key BLOB NOT NULL, value BLOB NOT NULL,
                      metadata TEXT NOT NULL, generation INTEGER NOT NULL, expires_ms INTEGER,
                      PRIMARY KEY (store, key)) STRICT\
                    """,
                    "CREATE INDEX item_expiry ON item (expires_ms) WHERE expires_ms IS NOT NULL");

    private KeyValueSchema() {}
}
