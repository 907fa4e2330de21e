package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;

/// Where a version runs: nodes elsewhere neither fetch nor serve it, and aren't told its secrets.
///
/// @param regions one or more, at most [#REGIONS_MAX]; none stands for everywhere, which nobody
///     writes: then the placement is left out
public record Placement(List<String> regions) {
    public static final int REGIONS_MAX = 100;

    /// What a version that says nothing of it has.
    public static final Placement EVERYWHERE = new Placement(List.of());

    private static final String CODE = "invalid-manifest";
    private static final int REGION_LENGTH_MAX = 40;

    public Placement {
        regions = List.copyOf(regions);
        if (regions.size() > REGIONS_MAX) {
            throw new ContractException(
                    CODE,
                    "placement has %d regions, at most %d".formatted(regions.size(), REGIONS_MAX));
        }
        var seen = new HashSet<String>();
        for (String region : regions) {
            Label.check(CODE, "placement region", region, REGION_LENGTH_MAX);
            if (!seen.add(region)) {
                throw new ContractException(
                        CODE, "placement names region %s twice".formatted(region));
            }
        }
    }

    /// As somebody wrote it.
    @JsonCreator
    public static Placement of(@JsonProperty("regions") @Nullable List<String> regions) {
        if (regions == null || regions.isEmpty()) {
            throw new ContractException(
                    CODE,
                    "placement names no region: name those where it shall run, or leave placement"
                            + " out for everywhere");
        }
        return new Placement(regions);
    }

    /// Whether it is everywhere.
    public boolean everywhere() {
        return regions.isEmpty();
    }

    /// Whether nodes of this region have it.
    public boolean in(String region) {
        return regions.isEmpty() || regions.contains(region);
    }

    /// For a line of output.
    @Override
    public String toString() {
        return regions.isEmpty() ? "everywhere" : String.join(", ", regions);
    }
}
