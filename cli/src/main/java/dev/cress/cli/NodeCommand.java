package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.JoinString;
import dev.cress.contract.Role;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress node`.
@Command(
        name = "node",
        description =
                "Lets nodes, routers and relays join the fleet, lists, drains and removes them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            NodeCommand.JoinToken.class,
            NodeCommand.ListAll.class,
            NodeCommand.Drain.class,
            NodeCommand.Remove.class
        })
final class NodeCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say what to do: join-token, list, drain or remove");
    }

    @Command(
            name = "join-token",
            description = {
                "Prints what one node, router or relay joins with: `cress run node --join …`. It is"
                        + " good once,",
                "for 15 minutes, and for this region."
            },
            mixinStandardHelpOptions = true)
    static final class JoinToken implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Option(
                names = "--region",
                required = true,
                paramLabel = "NAME[@LAT,LON]",
                description =
                        "Where it may be; with coordinates they are what it says of its place.")
        private String region;

        @Option(
                names = "--role",
                defaultValue = "node",
                paramLabel = "ROLE",
                description = "node, router or relay (default: ${DEFAULT-VALUE}).")
        private String role;

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "Who may join (default: whatever it calls itself).")
        private Optional<String> name = Optional.empty();

        @Option(
                names = "--url",
                paramLabel = "URL",
                description = "Where it reaches the control plane (default: as this command does).")
        private Optional<String> url = Optional.empty();

        @Override
        public Integer call() {
            boolean placed = region.contains("@");
            Region at = placed ? Region.parse(region) : new Region(region, 0, 0);
            Api.JoinTokenCreated created =
                    control.client()
                            .fleet()
                            .createJoinToken(
                                    new Api.NewJoinToken(
                                            at.name(),
                                            Role.of(role),
                                            name.orElse(null),
                                            placed ? at.latitude() : null,
                                            placed ? at.longitude() : null));
            var where = url.map(ControlOptions::url).orElseGet(control::control);
            String text = new JoinString(where, created.secret(), created.trust()).text();
            output.result(
                    Map.of("join", text, "expires_at_ms", created.expiresAtMs()), List.of(text));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "list",
            description = "Lists who has joined with a certificate.",
            mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Override
        public Integer call() {
            output.list(
                    control.client().fleet().members(),
                    List.of("NAME", "ROLE", "REGION", "JOINED", "CERTIFICATE ENDS"),
                    ListAll::row);
            return ExitCode.OK;
        }

        private static List<String> row(Api.MemberInfo each) {
            return List.of(
                    each.member().name(),
                    each.member().role().text(),
                    each.member().region(),
                    Instant.ofEpochMilli(each.joinedAtMs()).toString(),
                    Instant.ofEpochMilli(each.certificateEndsMs()).toString());
        }
    }

    @Command(
            name = "drain",
            description =
                    "Has a node finish what it has and take nothing new, until it is started anew.",
            mixinStandardHelpOptions = true)
    static final class Drain implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Parameters(paramLabel = "NAME", description = "As `cress status` shows it.")
        private String name;

        @Override
        public Integer call() {
            control.client().fleet().drainNode(name);
            output.result(Map.of("draining", name), List.of("node %s drains".formatted(name)));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "remove",
            description = {
                "Revokes the certificates of a node, router or relay: its session ends and none"
                        + " begins. Lists the",
                "secrets that it may know."
            },
            mixinStandardHelpOptions = true)
    static final class Remove implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Parameters(paramLabel = "NAME", description = "As `cress node list` shows it.")
        private String name;

        @Override
        public Integer call() {
            Api.MemberRemoved removed = control.client().fleet().removeMember(name);
            List<String> lines = new ArrayList<>();
            lines.add("%s removed".formatted(removed.member()));
            if (!removed.secrets().isEmpty()) {
                lines.add("it was told these secrets, give them new values:");
                removed.secrets()
                        .forEach(
                                secret ->
                                        lines.add(
                                                "    %s of tenant %s"
                                                        .formatted(
                                                                secret.name(), secret.tenant())));
            }
            output.result(removed, lines);
            return ExitCode.OK;
        }
    }
}
