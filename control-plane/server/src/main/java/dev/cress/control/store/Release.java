package dev.cress.control.store;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.RolloutPlan;
import dev.cress.contract.Share;
import dev.cress.contract.Wave;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The rules of a release as arithmetic: from the deployment that stands and what is asked to the
/// one that shall stand.
///
/// @param shares candidate first, stable version last
/// @param wave where it is otherwise, or null if it is nowhere
/// @param cause `deploy`, `promote`, `rollback` or `step`
/// @param sameRollout whether the bucket salt stays, so that no client flips back as the share
///     rises
/// @param reason as in a [Deployment]
record Release(
        List<Share> shares, @Nullable Wave wave, String cause, boolean sameRollout, String reason) {
    private Release(List<Share> shares, String cause, boolean sameRollout) {
        this(shares, null, cause, sameRollout, "");
    }

    /// A step of a plan.
    ///
    /// @param number 1 for the first
    /// @param stable who has the rest
    static Release step(RolloutPlan plan, int number, int version, int stable) {
        RolloutPlan.Step step = plan.steps().get(number - 1);
        var candidate = new Share(version, step.basisPoints());
        var shares =
                step.basisPoints() == Share.ALL
                        ? List.of(candidate)
                        : List.of(candidate, new Share(stable, Share.ALL - step.basisPoints()));
        boolean goesOn = number > 1;
        return step.regions().isEmpty()
                ? new Release(shares, Deployment.STEP, goesOn)
                : new Release(
                        List.of(new Share(stable, Share.ALL)),
                        new Wave(step.regions(), shares),
                        Deployment.STEP,
                        goesOn,
                        "");
    }

    /// All of the traffic back to the stable version, and why.
    static Release withdrawn(int stable, String reason) {
        return new Release(List.of(new Share(stable, Share.ALL)), null, "rollback", false, reason);
    }

    /// This share of the traffic to this version, the rest to what is stable now.
    static Release to(
            FunctionName name, int version, int basisPoints, @Nullable Deployment present) {
        var asked = new Share(version, basisPoints);
        int had = present == null ? 0 : shareOf(present, version);
        boolean candidate =
                present != null && !present.full() && version != present.stableVersion();
        boolean rises = candidate && had > 0 && basisPoints >= had;
        String cause = candidate && had > 0 ? "promote" : had > 0 ? "rollback" : "deploy";
        if (basisPoints == Share.ALL) {
            return new Release(List.of(asked), cause, rises);
        }
        if (present == null) {
            throw Refusal.conflict(
                    "no-stable-version",
                    "No stable version",
                    "%s has no version that could take the other %d %%: deploy one fully first"
                            .formatted(name, (Share.ALL - basisPoints) / 100));
        }
        if (version == present.stableVersion()) {
            throw Refusal.invalid(
                    "invalid-share",
                    "version %d of %s is stable already: a share below 100 %% is for another version"
                            .formatted(version, name));
        }
        return new Release(
                List.of(asked, new Share(present.stableVersion(), Share.ALL - basisPoints)),
                cause,
                rises);
    }

    /// All of the traffic back to a version that had it. A candidate is withdrawn in favour of the
    /// stable version; otherwise it goes to the last full deployment of another version.
    ///
    /// @param before deployments before the present one, newest first
    static Release back(FunctionName name, @Nullable Deployment present, List<Deployment> before) {
        if (present == null) {
            throw nothing(name, "nothing is deployed");
        }
        if (!present.full()) {
            return rollback(present.stableVersion());
        }
        for (Deployment earlier : before) {
            if (earlier.full() && earlier.stableVersion() != present.stableVersion()) {
                return rollback(earlier.stableVersion());
            }
        }
        throw nothing(
                name,
                "no version but %d had all of its traffic".formatted(present.stableVersion()));
    }

    static Release rollback(int version) {
        return new Release(List.of(new Share(version, Share.ALL)), "rollback", false);
    }

    private static Refusal nothing(FunctionName name, String why) {
        return Refusal.conflict("nothing-to-roll-back", "Nothing to roll back", name + ": " + why);
    }

    private static int shareOf(Deployment deployment, int version) {
        Share candidate = deployment.candidate();
        if (candidate != null && candidate.version() == version) {
            return candidate.basisPoints();
        }
        return deployment.shares().stream()
                .filter(share -> share.version() == version)
                .mapToInt(Share::basisPoints)
                .sum();
    }
}
