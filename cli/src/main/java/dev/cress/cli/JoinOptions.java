package dev.cress.cli;

import dev.cress.contract.JoinString;
import dev.cress.identity.FleetIdentity;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// How a node or router finds its control plane, and is let in there.
final class JoinOptions {
    @Option(
            names = "--control",
            paramLabel = "URL",
            description =
                    "The control plane (default: "
                            + ControlOptions.DEFAULT_CONTROL
                            + ", or what the join string says).")
    private Optional<String> control = Optional.empty();

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

    /// Without TLS.
    URI control() {
        return ControlOptions.url(control.orElse(ControlOptions.DEFAULT_CONTROL));
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
        Optional<JoinString> string =
                token.filter(JoinString::isOne).map(text -> JoinString.parse(text.strip()));
        Optional<FleetIdentity> known =
                token.isPresent() && string.isEmpty()
                        ? Optional.empty()
                        : FleetIdentity.open(folder)
                                .filter(each -> string.isEmpty() || each.isBy(string.get()));
        Optional<FleetIdentity> identity =
                known.or(() -> string.map(by -> FleetIdentity.join(folder, by, name, region)));
        identity.ifPresent(each -> check(each, region));
        return identity;
    }

    private void check(FleetIdentity identity, @Nullable String region) {
        var member = identity.member();
        if (region != null && !region.equals(member.region())) {
            throw new CliException("it joined as %s: --region is %s".formatted(member, region));
        }
        if (control.isPresent() && !ControlOptions.url(control.get()).equals(identity.control())) {
            throw new CliException(
                    "it joined at %s: leave out --control, or join anew"
                            .formatted(identity.control()));
        }
    }
}
