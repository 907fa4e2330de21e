package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.Placement;
import dev.cress.contract.StagingState;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// `cress status`.
@Command(
        name = "status",
        description = "Shows the fleet: its nodes, its functions, and what isn't well.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final List<String> NODE_HEADING =
            List.of("NODE", "REGION", "STATE", "REVISION", "RELAY", "URL", "BUILD");
    private static final List<String> FUNCTION_HEADING = List.of("FUNCTION", "TRAFFIC");

    @Mixin private ControlOptions control;
    @Mixin private Output output;

    @Override
    public Integer call() {
        FleetStatus status = control.client().status();
        List<String> lines = new ArrayList<>();
        lines.add(
                "control plane %s, build %s, revision %d, routers connected: %d"
                        .formatted(
                                control.control(),
                                status.build(),
                                status.position().revision(),
                                status.routersConnected()));
        lines.add("");
        lines.addAll(Output.table(NODE_HEADING, status.nodes(), StatusCommand::row));
        lines.add("");
        lines.addAll(Output.table(FUNCTION_HEADING, status.functions(), StatusCommand::row));
        lines.addAll(relays(status));
        lines.addAll(rollouts(status));
        lines.addAll(failures(status));
        lines.addAll(clocks(status));
        output.result(status, lines);
        return ExitCode.OK;
    }

    private static List<String> row(Api.NodeStatus node) {
        return List.of(
                node.node().name(),
                node.node().region(),
                node.draining() ? "draining" : node.connected() ? "connected" : "offline",
                Long.toString(node.revision()),
                node.relay().isEmpty() ? "-" : node.relay(),
                node.node().url(),
                node.node().build());
    }

    private static List<String> relays(FleetStatus status) {
        return status.relays().stream()
                .map(
                        relay ->
                                "relay %s, build %s, nodes connected: %d"
                                        .formatted(relay.name(), relay.build(), relay.nodes()))
                .toList();
    }

    private static List<String> row(Api.FunctionSummary function) {
        return List.of(function.name().value(), traffic(function.deployment()));
    }

    private static String traffic(@Nullable Deployment live) {
        return live == null
                ? "nothing deployed"
                : live.live().stream()
                        .map(v -> "v%d %s".formatted(v, traffic(live, v)))
                        .collect(Collectors.joining(", "));
    }

    private static String traffic(Deployment live, int version) {
        return VersionsCommand.traffic(live, version, Placement.EVERYWHERE);
    }

    /// Rollouts that go on, and those that didn't go well as long as nothing else is deployed.
    private static List<String> rollouts(FleetStatus status) {
        List<String> lines = new ArrayList<>();
        for (Api.FunctionSummary function : status.functions()) {
            Api.RolloutState rollout = function.rollout();
            if (rollout != null && !Set.of("done", "replaced").contains(rollout.state())) {
                lines.add("%s: %s".formatted(function.name(), VersionsCommand.rollout(rollout)));
            }
        }
        return lines;
    }

    static List<String> clocks(FleetStatus status) {
        return status.nodes().stream()
                .filter(node -> Math.abs(node.clockSkewMs()) > Api.NodeStatus.CLOCK_SKEW_MS_MAX)
                .map(
                        node ->
                                "%s's clock is %d s %s the control plane's: certificates end by it"
                                        .formatted(
                                                node.node().name(),
                                                Math.abs(node.clockSkewMs()) / 1_000,
                                                node.clockSkewMs() > 0 ? "ahead of" : "behind"))
                .toList();
    }

    private static List<String> failures(FleetStatus status) {
        List<String> lines = new ArrayList<>();
        for (Api.NodeStatus node : status.nodes()) {
            for (Api.VersionOnNode version : node.versions()) {
                if (version.state() == StagingState.FAILED) {
                    lines.add(
                            "%s can't stage %s version %d: %s"
                                    .formatted(
                                            node.node().name(),
                                            version.function(),
                                            version.version(),
                                            version.reason()));
                }
            }
        }
        return lines;
    }
}
