package dev.cress.cli;

import picocli.CommandLine.Option;

import java.util.Optional;

/// Where a control plane keeps what it must not lose, if not in its data folder.
final class StoreOption {
    @Option(
            names = "--store",
            paramLabel = "URL",
            description = {
                "A PostgreSQL database, jdbc:postgresql://HOST/DATABASE, that several control"
                    + " planes may share (default: $CRESS_STORE, else a file in the data folder).",
                "A password in CRESS_STORE or ~/.pgpass is in no list of processes."
            })
    private Optional<String> url = Optional.empty();

    Optional<String> url() {
        return url.or(() -> Optional.ofNullable(System.getenv("CRESS_STORE")));
    }
}
