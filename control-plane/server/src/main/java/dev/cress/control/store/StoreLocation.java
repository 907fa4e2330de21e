package dev.cress.control.store;

import java.nio.file.Path;

/// Where a store is.
public sealed interface StoreLocation {
    /// A file that one server has for itself.
    ///
    /// @param bytesMax what it may grow to
    record InFile(Path path, long bytesMax) implements StoreLocation {}

    /// A PostgreSQL database that servers share.
    ///
    /// @param url `jdbc:postgresql://HOST/DATABASE?…`; may hold a password
    record InPostgres(String url) implements StoreLocation {
        @Override
        public String toString() {
            return new PostgresDialect(url).name();
        }
    }

    /// The store at a URL of JDBC, or a [StoreException] that says what a URL looks like.
    static StoreLocation ofUrl(String url) {
        if (!url.startsWith(PostgresDialect.PREFIX + "//")) {
            throw new StoreException(
                    StoreException.Kind.UNUSABLE,
                    "a store is named %s//HOST/DATABASE".formatted(PostgresDialect.PREFIX));
        }
        return new InPostgres(url);
    }
}
