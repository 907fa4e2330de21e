package dev.cress.wasm.host;

import java.util.Set;

/// A guest's own functions, as its entry convention calls them. On the guest's thread, from the
/// host's side of the run.
public interface Guest {
    /// Whether the module exports this one of its convention's [Entry]s.
    boolean has(String entry);

    /// Names of all that it exports of them.
    Set<String> entries();

    /// Calls it. Throws what the guest dies of, [dev.cress.wasm.stop.GuestEnded] when it exits.
    ///
    /// @return its results, as the engine has them
    long[] call(String entry, long... arguments);

    /// What its convention noted of the initialisation that is in its image
    /// ([Convention#afterInitialisers]).
    default int note() {
        return 0;
    }
}
