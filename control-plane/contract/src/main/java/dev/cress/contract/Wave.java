package dev.cress.contract;

import java.util.List;

/// The regions that a rollout has reached: there the traffic is shared out like this, elsewhere as
/// the deployment says. A node of a build that knows no waves takes itself for elsewhere.
///
/// @param regions at least one, at most [#REGIONS_MAX]
/// @param shares as in a [Deployment]
public record Wave(List<String> regions, List<Share> shares) {
    /// Regions of one wave.
    public static final int REGIONS_MAX = 100;

    private static final int REGION_LENGTH_MAX = 40;

    public Wave {
        regions = List.copyOf(regions);
        shares = List.copyOf(shares);
        requireRegions(regions);
        Deployment.requireWhole(shares);
        if (regions.isEmpty()) {
            throw new ContractException("invalid-rollout", "a wave names at least one region");
        }
    }

    static void requireRegions(List<String> regions) {
        if (regions.size() > REGIONS_MAX) {
            throw new ContractException(
                    "invalid-rollout",
                    "a wave has %d regions, at most %d".formatted(regions.size(), REGIONS_MAX));
        }
        regions.forEach(
                region -> Label.check("invalid-rollout", "region", region, REGION_LENGTH_MAX));
    }
}
