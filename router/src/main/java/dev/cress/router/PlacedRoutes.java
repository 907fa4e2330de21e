package dev.cress.router;

import dev.cress.contract.ControlFrame.Placements;
import dev.cress.contract.RequestPath;
import dev.cress.contract.Route;
import dev.cress.contract.RouteIndex;

import java.util.Optional;
import java.util.Set;

/// Which requests are for functions that aren't everywhere, and where these are. Immutable. It only
/// steers: what a node has the node itself decides.
final class PlacedRoutes {
    /// Where a function is, none for everywhere.
    ///
    /// @param function its name
    record Placed(String function, Set<String> regions) {}

    private final boolean empty;
    private final RouteIndex<Placed> index;

    /// @param domain under which functions have host names
    PlacedRoutes(String domain, Placements placements) {
        empty = placements.functions().isEmpty();
        index = new RouteIndex<>(domain);
        for (Placements.Placed entry : placements.functions()) {
            var placed = new Placed(entry.function().value(), Set.copyOf(entry.regions()));
            index.add(entry.function(), placed);
            for (Route route : entry.routes()) {
                index.add(entry.function(), route, placed);
            }
        }
    }

    /// Nothing if the request is for a function that is everywhere, as far as is known.
    ///
    /// @param host as the client wrote it, perhaps with a port
    /// @param target in origin form
    Optional<Placed> find(String host, String target) {
        if (empty) {
            return Optional.empty();
        }
        int query = target.indexOf('?');
        String path = RequestPath.normalise(query < 0 ? target : target.substring(0, query));
        if (path == null) {
            return Optional.empty();
        }
        int port = host.lastIndexOf(':');
        String name = RouteIndex.host(port < 0 ? host : host.substring(0, port));
        return index.find(name, path, (own, _) -> Optional.of(own))
                .filter(placed -> !placed.regions.isEmpty());
    }
}
