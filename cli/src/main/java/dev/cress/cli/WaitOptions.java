package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Api.Rollout.OnNode;

import picocli.CommandLine.Option;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Waiting until every connected node serves a deployment.
final class WaitOptions {
    /// One look at the control plane lasts at most this long; progress shows in between.
    private static final Duration LOOK = Duration.ofMillis(500);

    @Option(names = "--no-wait", description = "Return as soon as the deployment is durable.")
    private boolean noWait;

    @Option(
            names = "--timeout",
            defaultValue = "60s",
            paramLabel = "DURATION",
            description = "How long to wait for nodes: 500ms, 60s, 5m (default: ${DEFAULT-VALUE}).")
    private String timeout;

    /// A deployment and how far it came.
    record Result(Api.Deployed deployed, List<OnNode> nodes) {}

    /// Waits, says what happened, prints the result, and returns the exit code.
    int finish(ControlClient client, Output output, Api.Deployed deployed, String done) {
        if (noWait) {
            output.result(new Result(deployed, List.of()), List.of(done));
            return ExitCode.OK;
        }
        Api.Rollout rollout = follow(client, output, deployed, end());
        List<OnNode> nodes = rollout.nodes();
        output.result(new Result(deployed, nodes), List.of(done + where(serving(nodes))));
        return exitCode(output, rollout);
    }

    /// The same for several deployments that were made at once.
    ///
    /// @param result what is printed as JSON, made of how far each is
    int finish(
            ControlClient client,
            Output output,
            List<Api.Deployed> all,
            Function<List<Api.Rollout>, Object> result,
            String done) {
        if (noWait) {
            output.result(result.apply(List.of()), List.of(done));
            return ExitCode.OK;
        }
        long end = end();
        List<Api.Rollout> rollouts = new ArrayList<>();
        int code = ExitCode.OK;
        Set<String> serving = null;
        for (Api.Deployed deployed : all) {
            Api.Rollout rollout = follow(client, output, deployed, end);
            rollouts.add(rollout);
            code = Math.max(code, exitCode(output, rollout));
            Set<String> here = new TreeSet<>(serving(rollout.nodes()));
            if (serving != null) {
                here.retainAll(serving);
            }
            serving = here;
        }
        String where = serving == null || serving.isEmpty() ? "" : where(List.copyOf(serving));
        output.result(result.apply(rollouts), List.of(done + where));
        return code;
    }

    private long end() {
        return System.nanoTime() + duration("timeout", timeout).toNanos();
    }

    private Api.Rollout follow(
            ControlClient client, Output output, Api.Deployed deployed, long end) {
        Set<String> said = new HashSet<>();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            Duration look = left.compareTo(LOOK) < 0 ? left : LOOK;
            var rollout = client.rollout(deployed.function(), deployed.deployment().id(), look);
            for (OnNode node : rollout.nodes()) {
                if (!node.state().equals("pending") && said.add(node.node() + node.state())) {
                    String reason = node.reason().isEmpty() ? "" : ": " + node.reason();
                    output.say("  %s %s%s".formatted(node.node(), node.state(), reason));
                }
            }
            boolean pending = rollout.nodes().stream().anyMatch(n -> n.state().equals("pending"));
            if (!pending || left.isZero()) {
                return rollout;
            }
        }
    }

    private static List<String> serving(List<OnNode> nodes) {
        return nodes.stream()
                .filter(node -> node.state().equals("serving"))
                .map(OnNode::node)
                .toList();
    }

    private static String where(List<String> serving) {
        return serving.isEmpty() ? "" : ", serving on " + String.join(", ", serving);
    }

    private int exitCode(Output output, Api.Rollout rollout) {
        List<OnNode> nodes = rollout.nodes();
        if (!rollout.unknownRegions().isEmpty()) {
            output.say(
                    "%s is placed in %s: no node is known in %s"
                            .formatted(
                                    rollout.function(),
                                    String.join(", ", rollout.regions()),
                                    String.join(", ", rollout.unknownRegions())));
        }
        List<OnNode> missing = nodes.stream().filter(n -> !n.state().equals("serving")).toList();
        if (nodes.isEmpty()) {
            output.say(
                    rollout.regions().isEmpty()
                            ? "no node has joined yet: the deployment takes effect when one does"
                            : "the deployment takes effect when a node joins there");
            return ExitCode.SOME;
        }
        if (missing.isEmpty()) {
            return ExitCode.OK;
        }
        String named =
                missing.stream()
                        .map(n -> "%s (%s)".formatted(n.node(), n.state()))
                        .collect(Collectors.joining(", "));
        output.say("not on every node: " + named);
        return ExitCode.SOME;
    }

    /// @param what it is, for who has to mend it
    static Duration duration(String what, String text) {
        try {
            return text.endsWith("ms")
                    ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                    : Duration.parse("PT" + text);
        } catch (DateTimeParseException | NumberFormatException e) {
            throw new CliException(
                    "%s '%s' must be like 500ms, 60s or 5m".formatted(what, text), ExitCode.USAGE);
        }
    }
}
