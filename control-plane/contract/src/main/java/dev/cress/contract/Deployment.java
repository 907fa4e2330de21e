package dev.cress.contract;

import java.util.List;

/// Which versions of a function get traffic. The stable version comes last; a candidate, if there
/// is one, comes first and owns the buckets [0, its share), so that no client flips back while the
/// share rises.
///
/// @param id 1, 2, 3 … per function
/// @param rollout the id of the deployment that began this rollout; it salts the bucket hash
/// @param shares one or two, their basis points add up to 10,000
/// @param cause `deploy`, `promote` or `rollback`
/// @param createdAtMs ms since the epoch, by the control plane's clock
public record Deployment(int id, int rollout, List<Share> shares, String cause, long createdAtMs) {
    public Deployment {
        shares = List.copyOf(shares);
        int sum = shares.stream().mapToInt(Share::basisPoints).sum();
        if (shares.isEmpty() || shares.size() > 2 || sum != Share.ALL) {
            throw new ContractException(
                    "invalid-share",
                    "a deployment names one or two versions whose shares add up to 100 %");
        }
    }

    /// Whether one version gets everything: what a rollback may go back to.
    public boolean full() {
        return shares.size() == 1;
    }

    /// The version that stays when a candidate is withdrawn.
    public int stableVersion() {
        return shares.getLast().version();
    }
}
