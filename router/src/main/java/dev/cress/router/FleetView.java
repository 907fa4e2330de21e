package dev.cress.router;

import java.util.List;

/// What the router knows of the fleet at one moment. Immutable: [FleetWatch] publishes a new one
/// for every change.
///
/// @param routerKey what makes nodes believe the router, empty before the first directory
/// @param tiers of the nodes, index by index
record FleetView(String routerKey, List<Node> nodes, List<Tier> tiers, GeoRanking ranking) {
    static final FleetView EMPTY = of("", List.of(), List.of());

    static FleetView of(String routerKey, List<Node> nodes, List<Tier> tiers) {
        return new FleetView(
                routerKey, List.copyOf(nodes), List.copyOf(tiers), new GeoRanking(nodes, tiers));
    }

    long count(Tier tier) {
        return tiers.stream().filter(t -> t == tier).count();
    }
}
