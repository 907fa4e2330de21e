package dev.cress.node.outbound;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Origin;
import dev.cress.wasm.guest.GuestRequest;

import io.vertx.core.Context;

import java.time.Duration;
import java.util.List;

/// The run that sends requests.
///
/// @param granted where its manifest lets it
/// @param request what it answers
/// @param context the event loop that does its I/O
/// @param journal what is told of it
public record Asking(
        FunctionName function,
        List<Origin> granted,
        GuestRequest request,
        Context context,
        Journal journal) {
    public Asking {
        granted = List.copyOf(granted);
    }

    /// Follows what becomes of it, for the function's owner and for its client.
    public interface Journal {
        /// The run is about to wait for another host. On the guest's thread.
        void waiting();

        /// A line for the run's log. On the guest's thread.
        void note(String line);

        /// A request to another host is over.
        ///
        /// @param outcome `ok`, `abandoned`, or why it failed
        /// @param time since it began
        void outbound(String outcome, Duration time);
    }
}
