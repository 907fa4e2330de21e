package dev.cress.cli;

import dev.cress.contract.JoinString;
import dev.cress.identity.FleetIdentity;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// How a node, router or relay finds its control plane, and is let in there.
final class JoinOptions {
    @Option(
            names = "--control",
            paramLabel = "URL",
            description =
                    "The control plane, for a node perhaps a relay (default: "
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
        var identity = known(folder, name, region);
        identity.ifPresent(this::checkControl);
        return identity;
    }

    /// The same for a node, which may be behind a relay.
    Optional<FleetIdentity> nodeIdentity(Path folder, String name, String region) {
        var identity = known(folder, name, region);
        if (identity.isPresent() && relay().filter(JoinOptions::isPlain).isPresent()) {
            throw new CliException("it has a certificate: --control is a URL like https://…");
        }
        return identity;
    }

    private static boolean isPlain(URI url) {
        return "http".equals(url.getScheme());
    }

    /// Where a node that has joined with a certificate has its session, if somebody says so.
    Optional<URI> relay() {
        return control.map(ControlOptions::url);
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

    private void checkControl(FleetIdentity identity) {
        if (control.isPresent() && !ControlOptions.url(control.get()).equals(identity.control())) {
            throw new CliException(
                    "it joined at %s: leave out --control, or join anew"
                            .formatted(identity.control()));
        }
    }
}
