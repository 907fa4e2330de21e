package dev.cress.router;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import java.net.InetAddress;
import java.util.List;

/// What the router knows of the fleet at one moment. Immutable but for a cache: [FleetWatch]
/// publishes a new one for every change. Thread-safe.
final class FleetView {
    static final FleetView EMPTY = new FleetView("", List.of(), List.of());

    /// At about 200 bytes each, 3 MB.
    private static final int RANKINGS_MAX = 16_384;

    private final String routerKey;
    private final List<Node> nodes;
    private final List<Tier> tiers;
    private final GeoRanking ranking;
    private final Cache<Long, List<Node>> rankings =
            Caffeine.newBuilder().maximumSize(RANKINGS_MAX).build();

    /// @param routerKey what makes nodes believe the router, empty before the first directory
    /// @param tiers of the nodes, index by index
    FleetView(String routerKey, List<Node> nodes, List<Tier> tiers) {
        this.routerKey = routerKey;
        this.nodes = List.copyOf(nodes);
        this.tiers = List.copyOf(tiers);
        ranking = new GeoRanking(this.nodes, this.tiers);
    }

    /// The nodes to offer a client's request to, best first. Always with the same `max`.
    List<Node> candidates(InetAddress client, Place place, int max) {
        long hash = Hash.of(client);
        return rankings.get(hash, h -> ranking.best(place.point(), h, max));
    }

    String routerKey() {
        return routerKey;
    }

    List<Node> nodes() {
        return nodes;
    }

    List<Tier> tiers() {
        return tiers;
    }

    long count(Tier tier) {
        return tiers.stream().filter(t -> t == tier).count();
    }
}
