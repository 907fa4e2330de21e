package dev.cress.router;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the router knows of the fleet at one moment. Immutable but for a cache: [FleetWatch]
/// publishes a new one for every change. Thread-safe.
final class FleetView {
    static final FleetView EMPTY = new FleetView("", List.of(), List.of());

    /// At about 200 bytes each, 3 MB.
    private static final int RANKINGS_MAX = 16_384;

    /// Sets of regions that functions are placed in; at about 48 bytes a node each.
    private static final int REGION_SETS_MAX = 256;

    private final String routerKey;
    private final List<Node> nodes;
    private final List<Tier> tiers;
    private final GeoRanking ranking;
    private final Cache<Long, List<Node>> rankings =
            Caffeine.newBuilder().maximumSize(RANKINGS_MAX).build();
    private final Cache<Set<String>, GeoRanking> placed =
            Caffeine.newBuilder().maximumSize(REGION_SETS_MAX).build();
    private final Cache<Placed, List<Node>> placedRankings =
            Caffeine.newBuilder().maximumSize(RANKINGS_MAX).build();

    /// A client that asks for what is in these regions only.
    private record Placed(long client, Set<String> regions) {}

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

    /// The same, of these regions' nodes only.
    List<Node> candidates(InetAddress client, Place place, int max, Set<String> regions) {
        long hash = Hash.of(client);
        return placedRankings.get(
                new Placed(hash, regions),
                _ -> placed.get(regions, this::ranking).best(place.point(), hash, max));
    }

    private GeoRanking ranking(Set<String> regions) {
        var there = new ArrayList<Node>();
        var willing = new ArrayList<Tier>();
        for (int i = 0; i < nodes.size(); i++) {
            if (regions.contains(nodes.get(i).info().region())) {
                there.add(nodes.get(i));
                willing.add(tiers.get(i));
            }
        }
        return new GeoRanking(there, willing);
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
