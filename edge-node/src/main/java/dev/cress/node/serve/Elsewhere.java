package dev.cress.node.serve;

import dev.cress.contract.FunctionState;
import dev.cress.contract.Placement;
import dev.cress.contract.Route;
import dev.cress.contract.Version;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What of a function other regions have and this node's hasn't.
///
/// @param regions where the function is, none if this region has it too
/// @param routes of live versions that aren't placed here, and where these are
/// @param versions those that are retained but not here, by number, and where they are
public record Elsewhere(
        Set<String> regions, Map<Route, Set<String>> routes, Map<Integer, Set<String>> versions) {
    /// Of a function whose versions are all here.
    public static final Elsewhere NOTHING = new Elsewhere(Set.of(), Map.of(), Map.of());

    public Elsewhere {
        routes = Map.copyOf(routes);
        versions = Map.copyOf(versions);
    }

    /// @param now what takes effect
    /// @param target what shall
    /// @param region the node's
    public static Elsewhere of(FunctionState now, FunctionState target, String region) {
        if (!now.placed() && !target.placed()) {
            return NOTHING;
        }
        return new Elsewhere(
                now.isIn(region) ? Set.of() : now.regions(),
                routes(now, region),
                versions(target, region));
    }

    private static Map<Route, Set<String>> routes(FunctionState state, String region) {
        Map<Route, Set<String>> routes = new HashMap<>();
        for (int number : state.deployment().live()) {
            Version version = state.version(number).orElseThrow();
            if (!version.isIn(region)) {
                for (Route route : version.manifest().routes()) {
                    routes.computeIfAbsent(route, _ -> new TreeSet<>())
                            .addAll(version.manifest().placement().regions());
                }
            }
        }
        return routes;
    }

    private static Map<Integer, Set<String>> versions(FunctionState state, String region) {
        Map<Integer, Set<String>> versions = new HashMap<>();
        var here = state.versionsIn(region);
        for (Version version : state.versions()) {
            if (!here.contains(version)) {
                Set<String> regions = new TreeSet<>(regions(state, version));
                if (!regions.isEmpty()) {
                    versions.put(version.number(), regions);
                }
            }
        }
        return versions;
    }

    /// Where a version is, kept for going back or live.
    private static Set<String> regions(FunctionState state, Version version) {
        Placement placement = version.manifest().placement();
        if (placement.everywhere()) {
            return state.regions();
        }
        Set<String> regions = new TreeSet<>(placement.regions());
        regions.removeIf(region -> !state.isIn(region));
        return regions;
    }
}
