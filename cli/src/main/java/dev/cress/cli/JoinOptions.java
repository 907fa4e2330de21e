package dev.cress.cli;

import dev.cress.contract.JoinString;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.Ways;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// How a node, router or relay finds its control plane, and is let in there.
final class JoinOptions {
    @Option(
            names = "--control",
            split = ",",
            paramLabel = "URL",
            description = {
                "The control plane (default: "
                        + ControlOptions.DEFAULT_CONTROL
                        + ", or what the join string says). Several, URL,URL, are control planes"
                        + " that",
                "share a store, and for a node also relays, the best first: where one is gone the"
                        + " next is",
                "tried, and a better one is come back to when it has been there for a while."
            })
    private List<String> control = List.of();

    @Option(
            names = "--join",
            paramLabel = "TOKEN",
            description = {
                "What `cress node join-token` printed; it is used up by the first start. Or, where"
                        + " the control",
                "plane speaks no TLS, a token of scope join: `cress token create NAME --scope"
                        + " join`."
            })
    private Optional<String> token = Optional.empty();

    /// The ways to the control plane, as they were given; else where it joined, or, without TLS, on
    /// this machine.
    List<URI> ways(Optional<FleetIdentity> identity) {
        return control.isEmpty()
                ? List.of(
                        identity.map(FleetIdentity::control)
                                .orElseGet(() -> URI.create(ControlOptions.DEFAULT_CONTROL)))
                : given();
    }

    private List<URI> given() {
        return control.stream().map(text -> ControlOptions.url(text.strip())).toList();
    }

    /// A bearer token, empty if there is none.
    String token() {
        return token.orElseThrow(
                () ->
                        new CliException(
                                "nothing says how to join: pass --join with what `cress node"
                                        + " join-token` printed"));
    }

    /// Who this is, if it has joined with a certificate, or does so now. Blocks.
    ///
    /// @param folder where that is kept
    /// @param region where it is, or null if the join string is to say
    Optional<FleetIdentity> identity(Path folder, String name, @Nullable String region) {
        // before a join string is used up
        List<URI> given = given();
        if (!given.isEmpty()) {
            Ways.check(given)
                    .ifPresent(
                            why -> {
                                throw new CliException("--control: " + why);
                            });
        }
        boolean joins = token.filter(JoinString::isOne).isPresent();
        boolean plain = given.stream().anyMatch(JoinOptions::isPlain);
        Optional<FleetIdentity> identity =
                joins && plain ? Optional.empty() : known(folder, name, region);
        if (plain && (joins || identity.isPresent())) {
            throw new CliException("it has a certificate: --control is a URL like https://…");
        }
        return identity;
    }

    private static boolean isPlain(URI url) {
        return "http".equals(url.getScheme());
    }

    private Optional<FleetIdentity> known(Path folder, String name, @Nullable String region) {
        Optional<JoinString> string =
                token.filter(JoinString::isOne).map(text -> JoinString.parse(text.strip()));
        Optional<FleetIdentity> known =
                token.isPresent() && string.isEmpty()
                        ? Optional.empty()
                        : FleetIdentity.open(folder)
                                .filter(each -> string.isEmpty() || each.isBy(string.get()));
        Optional<FleetIdentity> identity =
                known.or(() -> string.map(by -> FleetIdentity.join(folder, by, name, region)));
        identity.ifPresent(each -> checkRegion(each, region));
        return identity;
    }

    private static void checkRegion(FleetIdentity identity, @Nullable String region) {
        var member = identity.member();
        if (region != null && !region.equals(member.region())) {
            throw new CliException("it joined as %s: --region is %s".formatted(member, region));
        }
    }
}
