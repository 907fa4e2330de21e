package dev.cress.contract;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// All that a node must know of one function: what serves now, and which versions to keep staged so
/// that going back is immediate. Where each of them runs its manifest's [Placement] says: of a
/// deployment's versions those serve in a region that are placed there, their shares as they are to
/// each other; a region where none is has nothing of the function.
///
/// @param versions every version that a retained deployment names
public record FunctionState(FunctionName name, Deployment deployment, List<Version> versions) {
    public FunctionState {
        Objects.requireNonNull(name, "name");
        versions = List.copyOf(versions);
        for (int live : deployment.live()) {
            if (find(versions, live).isEmpty()) {
                throw new ContractException(
                        "invalid-deployment",
                        "deployment %d of %s names version %d, which is not listed"
                                .formatted(deployment.id(), name, live));
            }
        }
    }

    /// The version of this number, if it is retained.
    public Optional<Version> version(int number) {
        return find(versions, number);
    }

    /// How the traffic of a region is shared out among the versions that are placed there; they may
    /// add up to less than all of it, or be none.
    public List<Share> sharesIn(String region) {
        return deployment.sharesIn(region).stream()
                .filter(share -> placement(share.version()).in(region))
                .toList();
    }

    /// Whether nodes of this region have anything of the function.
    public boolean isIn(String region) {
        return !sharesIn(region).isEmpty();
    }

    /// The versions that nodes of this region have, those kept for going back included.
    public List<Version> versionsIn(String region) {
        return isIn(region)
                ? versions.stream().filter(version -> version.isIn(region)).toList()
                : List.of();
    }

    /// Whether what this region's requests come to is compared by a rollout: only where both
    /// versions are placed.
    public boolean comparesIn(String region) {
        return deployment.comparesIn(region)
                && deployment.live().stream().allMatch(number -> placement(number).in(region));
    }

    /// The regions where it serves, in their order; none for everywhere.
    public Set<String> regions() {
        Set<String> regions = new TreeSet<>();
        for (Share share : deployment.shares()) {
            Placement placement = placement(share.version());
            if (placement.everywhere()) {
                return Set.of();
            }
            regions.addAll(placement.regions());
        }
        Wave wave = deployment.wave();
        if (wave != null) {
            regions.addAll(wave.regions());
        }
        regions.removeIf(region -> !isIn(region));
        return regions;
    }

    /// Where a version runs; everywhere if it isn't retained.
    public Placement placement(int number) {
        return version(number).map(v -> v.manifest().placement()).orElse(Placement.EVERYWHERE);
    }

    /// Whether any of its versions runs in some regions only.
    public boolean placed() {
        return versions.stream().anyMatch(v -> !v.manifest().placement().everywhere());
    }

    private static Optional<Version> find(List<Version> versions, int number) {
        return versions.stream().filter(v -> v.number() == number).findFirst();
    }
}
