package dev.cress.control;

import java.nio.file.Path;
import java.util.List;

/// Whether and how the control port speaks TLS.
public sealed interface Tls {
    /// Only beyond loopback, and then by the fleet's own authority.
    Tls WHERE_NEEDED = new WhereNeeded();

    /// Only beyond loopback, and then by the fleet's own authority.
    record WhereNeeded() implements Tls {}

    /// By the fleet's own authority.
    ///
    /// @param names hosts and addresses at which it is reached, besides this machine's own
    record ByAuthority(List<String> names) implements Tls {
        public ByAuthority {
            names = List.copyOf(names);
        }
    }

    /// By a certificate of the operator's.
    ///
    /// @param chain PEM, the port's own certificate first
    /// @param key PEM
    record Given(Path chain, Path key) implements Tls {}
}
