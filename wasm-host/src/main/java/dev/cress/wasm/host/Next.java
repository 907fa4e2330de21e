package dev.cress.wasm.host;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Outcome;

/// What stands behind a filter: other filters, then the function. On the filter's thread, from the
/// host's side of the run.
public interface Next {
    /// Has the exchange answered, at most once per run. Throws
    /// [dev.cress.wasm.stop.GuestStopped] when the run is being stopped: it is over for the filter
    /// too.
    Outcome answer(GuestExchange exchange);
}
