package dev.cress.router;

import dev.cress.router.PlacedRoutes.Placed;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which nodes are offered one client's request, best first.
///
/// @param max nodes at most
/// @param placed where the function is, if it isn't everywhere
record Steering(
        FleetView fleet, InetAddress client, Place place, int max, Optional<Placed> placed) {
    /// Of all nodes that may have the function.
    List<Node> candidates() {
        return placed.isEmpty()
                ? fleet.candidates(client, place, max)
                : candidates(placed.get().regions());
    }

    /// Of these regions' only.
    List<Node> candidates(Set<String> regions) {
        return fleet.candidates(client, place, max, regions);
    }

    /// Why there are none.
    String nobody() {
        return placed.map(
                        at ->
                                "%s is placed in %s, and the router knows of no node there"
                                        .formatted(
                                                at.function(),
                                                String.join(
                                                        ", ",
                                                        at.regions().stream().sorted().toList())))
                .orElse("the router knows of no node yet");
    }
}
