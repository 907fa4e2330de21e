package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// How a version gets its traffic: step by step, each once the one before has served for a while
/// and wasn't worse than the stable version.
///
/// @param steps at most [#STEPS_MAX], the last of them everything everywhere; none reaches less
///     than the one before
/// @param bakeMs how long each step but the last serves before the next, in ms
/// @param margin what counts as worse
/// @param onWorse what is done then
public record RolloutPlan(List<Step> steps, Long bakeMs, Margin margin, OnWorse onWorse) {
    public static final int STEPS_MAX = 20;
    public static final Duration BAKE = Duration.ofMinutes(5);
    public static final Duration BAKE_MAX = Duration.ofDays(7);

    /// One step.
    ///
    /// @param regions where the version gets its share; all of them if none is named
    /// @param basisPoints the share, of 10,000
    public record Step(List<String> regions, int basisPoints) {
        /// Everything everywhere.
        public static final Step ALL = new Step(List.of(), Share.ALL);

        public Step {
            regions = regions == null ? List.of() : List.copyOf(regions);
            Wave.requireRegions(regions);
            if (basisPoints < 1 || basisPoints > Share.ALL) {
                throw new ContractException(
                        "invalid-share",
                        "share of %d basis points is out of range: 1 to %d"
                                .formatted(basisPoints, Share.ALL));
            }
        }

        private boolean reaches(Step before) {
            boolean wider =
                    regions.isEmpty()
                            || (!before.regions.isEmpty() && regions.containsAll(before.regions));
            return wider && basisPoints >= before.basisPoints && !equals(before);
        }
    }

    /// What is done when the version is worse.
    public enum OnWorse {
        /// It loses all of its traffic at once.
        ROLLBACK,
        /// It keeps what it has and gets no more.
        HOLD;

        /// The word on the wire.
        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The one of this word.
        @JsonCreator
        public static OnWorse of(String text) {
            return Arrays.stream(values())
                    .filter(one -> one.text().equals(text))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new ContractException(
                                            "invalid-rollout",
                                            "on_worse '%s' is neither rollback nor hold"
                                                    .formatted(text)));
        }
    }

    /// By how much a version must be worse than the stable one: by both parts of either line.
    ///
    /// @param requestsMin that each of the two must have had: fewer decide nothing
    /// @param errorPoints how many more of 10,000 requests fail
    /// @param errorFactor and how many times as many
    /// @param p99Percent by how much more the 99th percentile of their time is, in percent
    /// @param p99Ms and by how many ms
    public record Margin(
            Integer requestsMin,
            Integer errorPoints,
            Double errorFactor,
            Integer p99Percent,
            Integer p99Ms) {
        public static final Margin DEFAULT = new Margin(500, 100, 2.0, 20, 5);

        public Margin {
            requestsMin = orElse(requestsMin, 500);
            errorPoints = orElse(errorPoints, 100);
            errorFactor = errorFactor == null ? 2.0 : errorFactor;
            p99Percent = orElse(p99Percent, 20);
            p99Ms = orElse(p99Ms, 5);
            require("requests_min", requestsMin, 100, 1_000_000);
            require("error_points", errorPoints, 1, 10_000);
            require("error_factor", errorFactor, 1, 1_000);
            require("p99_percent", p99Percent, 1, 10_000);
            require("p99_ms", p99Ms, 0, 60_000);
        }

        private static Integer orElse(@Nullable Integer value, int usual) {
            return value == null ? usual : value;
        }

        private static void require(String key, double value, int min, int max) {
            if (!(value >= min && value <= max)) {
                throw new ContractException(
                        "invalid-rollout",
                        "margin %s is %s: it must be from %d to %d"
                                .formatted(key, value, min, max));
            }
        }
    }

    public RolloutPlan {
        steps = steps == null ? List.of() : List.copyOf(steps);
        bakeMs = bakeMs == null ? Long.valueOf(BAKE.toMillis()) : bakeMs;
        margin = margin == null ? Margin.DEFAULT : margin;
        onWorse = onWorse == null ? OnWorse.ROLLBACK : onWorse;
        if (steps.isEmpty() || steps.size() > STEPS_MAX) {
            throw wrong("it has %d steps: it must have 1 to %d".formatted(steps.size(), STEPS_MAX));
        }
        if (bakeMs < 0 || bakeMs > BAKE_MAX.toMillis()) {
            throw wrong(
                    "bake_ms is %d: it must be from 0 to %d"
                            .formatted(bakeMs, BAKE_MAX.toMillis()));
        }
        for (int i = 1; i < steps.size(); i++) {
            if (!steps.get(i).reaches(steps.get(i - 1))) {
                throw wrong("step %d reaches no more than the one before".formatted(i + 1));
            }
        }
        if (!steps.getLast().equals(Step.ALL)) {
            throw wrong("its last step must be all of the traffic everywhere");
        }
    }

    private static ContractException wrong(String why) {
        return new ContractException("invalid-rollout", "rollout plan: " + why);
    }
}
