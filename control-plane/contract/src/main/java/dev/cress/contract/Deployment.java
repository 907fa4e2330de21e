package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Which versions of a function get traffic. The stable version comes last; a candidate, if there
/// is one, comes first and owns the buckets [0, its share), so that no client flips back while the
/// share rises.
///
/// @param id 1, 2, 3 … per function
/// @param rollout the id of the deployment that began this rollout; it salts the bucket hash
/// @param shares one or two, their basis points add up to 10,000
/// @param wave where it is otherwise, or null if it is nowhere
/// @param cause `deploy`, `promote`, `rollback` or [#STEP]
/// @param reason why a rollout went back by itself, else empty
/// @param createdAtMs ms since the epoch, by the control plane's clock
public record Deployment(
        int id,
        int rollout,
        List<Share> shares,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Wave wave,
        String cause,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String reason,
        long createdAtMs) {
    /// The cause of a deployment that is a step of a [RolloutPlan].
    public static final String STEP = "step";

    @JsonCreator
    public Deployment {
        shares = List.copyOf(shares);
        reason = reason == null ? "" : reason;
        requireWhole(shares);
    }

    /// One that is the same everywhere.
    public Deployment(int id, int rollout, List<Share> shares, String cause, long createdAtMs) {
        this(id, rollout, shares, null, cause, "", createdAtMs);
    }

    static void requireWhole(List<Share> shares) {
        int sum = shares.stream().mapToInt(Share::basisPoints).sum();
        if (shares.isEmpty() || shares.size() > 2 || sum != Share.ALL) {
            throw new ContractException(
                    "invalid-share",
                    "a deployment names one or two versions whose shares add up to 100 %");
        }
    }

    /// Whether one version gets everything: what a rollback may go back to.
    public boolean full() {
        return shares.size() == 1 && wave == null;
    }

    /// The version that stays when a candidate is withdrawn.
    public int stableVersion() {
        return shares.getLast().version();
    }

    /// How the traffic of a region is shared out.
    public List<Share> sharesIn(String region) {
        return wave != null && wave.regions().contains(region) ? wave.shares() : shares;
    }

    /// The version that gets more as the rollout goes on, and what it has of the traffic where it
    /// has any; null if there is none.
    public @Nullable Share candidate() {
        if (wave != null) {
            return wave.shares().getFirst();
        }
        return shares.size() == 2 ? shares.getFirst() : null;
    }

    /// Every version that gets traffic anywhere.
    public Set<Integer> live() {
        Set<Integer> live = new LinkedHashSet<>();
        if (wave != null) {
            wave.shares().forEach(share -> live.add(share.version()));
        }
        shares.forEach(share -> live.add(share.version()));
        return live;
    }

    /// Whether the traffic is shared out like this one's already.
    public boolean sharesLike(List<Share> others, @Nullable Wave otherwise) {
        return shares.equals(others) && Objects.equals(wave, otherwise);
    }

    /// Whether what this region's requests come to is compared by a rollout.
    public boolean comparesIn(String region) {
        return cause.equals(STEP)
                && (wave == null ? shares.size() == 2 : wave.regions().contains(region));
    }
}
