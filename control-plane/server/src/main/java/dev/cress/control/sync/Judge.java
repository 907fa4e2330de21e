package dev.cress.control.sync;

import dev.cress.contract.Outcomes;
import dev.cress.contract.RolloutPlan.Margin;

import java.util.Locale;
import java.util.Optional;

/// Whether a version is worse than the stable one: by the plan's margin, and by more than chance
/// makes of two that are the same. It is asked every second, so chance gets many attempts: a
/// difference counts from [#DEVIATIONS] standard deviations on, which two equal versions reach once
/// in 30,000 comparisons. Pure, so it is tested as arithmetic.
final class Judge {
    static final double DEVIATIONS = 4;

    private Judge() {}

    /// In words by how much it is worse; empty if it isn't, or if either had too few requests to
    /// tell.
    static Optional<String> worse(Margin margin, Outcomes candidate, Outcomes stable) {
        long fewest = Math.min(candidate.requests(), stable.requests());
        if (fewest < margin.requestsMin()) {
            return Optional.empty();
        }
        return errors(margin, candidate, stable).or(() -> p99(margin, candidate, stable));
    }

    private static Optional<String> errors(Margin margin, Outcomes candidate, Outcomes stable) {
        double failed = (double) candidate.errors() / candidate.requests();
        double before = (double) stable.errors() / stable.requests();
        boolean worse =
                (failed - before) * 10_000 > margin.errorPoints()
                        && failed > before * margin.errorFactor()
                        && isMoreThanChance(
                                candidate.errors(),
                                candidate.requests(),
                                stable.errors(),
                                stable.requests());
        return worse
                ? Optional.of(
                        String.format(
                                Locale.ROOT,
                                "%.2f %% of %d requests failed, %.2f %% of %d of the stable"
                                        + " version",
                                failed * 100,
                                candidate.requests(),
                                before * 100,
                                stable.requests()))
                : Optional.empty();
    }

    private static Optional<String> p99(Margin margin, Outcomes candidate, Outcomes stable) {
        double took = candidate.p99Ms();
        double before = stable.p99Ms();
        double most = Math.max(before * (1 + margin.p99Percent() / 100.0), before + margin.p99Ms());
        boolean worse =
                took > most
                        && isMoreThanChance(
                                candidate.slowerThan(most),
                                candidate.timed(),
                                stable.slowerThan(most),
                                stable.timed());
        return worse
                ? Optional.of(
                        String.format(
                                Locale.ROOT,
                                "99 of 100 of %d requests took up to %.1f ms, up to %.1f ms of %d"
                                        + " of the stable version",
                                candidate.requests(),
                                took,
                                before,
                                stable.requests()))
                : Optional.empty();
    }

    /// Compares two fractions: their difference in standard deviations of what one fraction for
    /// both would give.
    private static boolean isMoreThanChance(long some, long of, long others, long ofOthers) {
        double both = (double) (some + others) / (of + ofOthers);
        double deviation = Math.sqrt(both * (1 - both) * (1.0 / of + 1.0 / ofOthers));
        double difference = (double) some / of - (double) others / ofOthers;
        return difference > 0 && difference >= DEVIATIONS * deviation;
    }
}
