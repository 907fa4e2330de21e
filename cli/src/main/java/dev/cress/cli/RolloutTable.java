package dev.cress.cli;

import dev.cress.contract.RolloutPlan;
import dev.cress.contract.RolloutPlan.Margin;
import dev.cress.contract.RolloutPlan.OnWorse;
import dev.cress.contract.RolloutPlan.Step;
import dev.cress.contract.Share;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// `[rollout]` of a manifest, or the options that say the same: how a new version gets the traffic.
///
/// @param waves regions, one after the other
/// @param progressive shares, like `10%`, one after the other
/// @param bake how long each step serves before the next, like `5m`
/// @param onWorse `rollback` or `hold`
record RolloutTable(
        @Nullable List<String> waves,
        @Nullable List<String> progressive,
        @Nullable String bake,
        @Nullable String onWorse,
        @Nullable Margin margin) {
    static final RolloutTable NONE = new RolloutTable(null, null, null, null, null);

    /// The same, where these say otherwise.
    RolloutTable with(RolloutTable others) {
        boolean steps = others.waves != null || others.progressive != null;
        return new RolloutTable(
                steps ? others.waves : waves,
                steps ? others.progressive : progressive,
                others.bake == null ? bake : others.bake,
                others.onWorse == null ? onWorse : others.onWorse,
                others.margin == null ? margin : others.margin);
    }

    /// The plan, or null if there are no steps.
    @Nullable RolloutPlan plan() {
        if (waves == null && progressive == null) {
            if (!equals(NONE)) {
                throw wrong("say its steps, by waves or progressive shares");
            }
            return null;
        }
        return new RolloutPlan(
                steps(),
                bake == null
                        ? RolloutPlan.BAKE.toMillis()
                        : WaitOptions.duration("bake", bake).toMillis(),
                margin == null ? Margin.DEFAULT : margin,
                onWorse == null ? OnWorse.ROLLBACK : OnWorse.of(onWorse));
    }

    private List<Step> steps() {
        if (waves != null && progressive != null) {
            throw wrong("waves or progressive shares, not both");
        }
        List<Step> steps = new ArrayList<>();
        if (waves != null) {
            for (int i = 1; i <= waves.size(); i++) {
                steps.add(new Step(waves.subList(0, i), Share.ALL));
            }
        } else if (progressive != null) {
            progressive.forEach(share -> steps.add(new Step(List.of(), ShareOption.parse(share))));
        }
        if (steps.isEmpty() || !steps.getLast().equals(Step.ALL)) {
            steps.add(Step.ALL);
        }
        return steps;
    }

    private static CliException wrong(String why) {
        return new CliException("a rollout goes by steps: " + why, ExitCode.USAGE);
    }

    /// A plan's step in words.
    static String words(Step step) {
        String share = Percent.of(step.basisPoints()) + " %";
        return step.regions().isEmpty()
                ? share + " everywhere"
                : "%s in %s".formatted(share, String.join(", ", step.regions()));
    }
}
