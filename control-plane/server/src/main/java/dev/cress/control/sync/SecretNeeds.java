package dev.cress.control.sync;

import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Version;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which secrets the nodes of a region need: those that versions name which are placed there, of
/// functions that are. Confined to the event loop.
final class SecretNeeds {
    private final Predicate<FunctionName> hasMoved;

    /// The functions whose versions name any.
    private final Map<FunctionName, FunctionState> naming = new HashMap<>();

    private final Map<String, OfRegion> regions = new HashMap<>();

    /// What a region needs.
    ///
    /// @param named by what is placed there
    /// @param leaving named by what was placed there and may still serve: nodes that have it keep
    ///     it
    record OfRegion(Set<Name> named, Set<Name> leaving) {}

    /// @param hasMoved whether nodes where a function isn't placed have nothing more to do with it
    SecretNeeds(Predicate<FunctionName> hasMoved) {
        this.hasMoved = hasMoved;
    }

    private static Stream<Name> names(FunctionState state, Collection<Version> versions) {
        return versions.stream()
                .flatMap(version -> version.manifest().grants().secrets().stream())
                .map(name -> new Name(state.name().tenant(), name));
    }

    /// @return whether it names or named any
    boolean put(FunctionState state) {
        if (names(state, state.versions()).findAny().isEmpty()) {
            return remove(state.name());
        }
        naming.put(state.name(), state);
        regions.clear();
        return true;
    }

    /// @return whether it named any
    boolean remove(FunctionName function) {
        regions.clear();
        return naming.remove(function) != null;
    }

    void clear() {
        naming.clear();
        regions.clear();
    }

    /// Functions have moved.
    void moved() {
        regions.clear();
    }

    OfRegion of(String region) {
        return regions.computeIfAbsent(
                region,
                _ ->
                        new OfRegion(
                                naming.values().stream()
                                        .flatMap(state -> names(state, state.versionsIn(region)))
                                        .collect(Collectors.toUnmodifiableSet()),
                                naming.values().stream()
                                        .flatMap(state -> leaving(state, region))
                                        .collect(Collectors.toUnmodifiableSet())));
    }

    private Stream<Name> leaving(FunctionState state, String region) {
        return state.isIn(region) || hasMoved.test(state.name())
                ? Stream.empty()
                : names(
                        state,
                        state.versions().stream().filter(version -> version.isIn(region)).toList());
    }

    /// What a function's versions of this region name.
    Stream<Name> of(FunctionName function, String region) {
        FunctionState state = naming.get(function);
        return state == null ? Stream.empty() : names(state, state.versionsIn(region));
    }
}
