package dev.cress.cli;

import dev.cress.control.trust.Oidc;

import picocli.CommandLine.Option;

import java.net.URI;
import java.util.Optional;

/// Which identity provider vouches for operators.
final class OidcOptions {
    @Option(
            names = "--oidc-issuer",
            paramLabel = "URL",
            description = {
                "An OpenID Connect provider whose tokens let operators in as well, as `iss` names"
                        + " it. Then",
                "--oidc-audience and --oidc-operator are needed too."
            })
    private Optional<String> issuer = Optional.empty();

    @Option(
            names = "--oidc-audience",
            paramLabel = "NAME",
            description =
                    "What its tokens must name in `aud`: this fleet, as the provider knows it.")
    private Optional<String> audience = Optional.empty();

    @Option(
            names = "--oidc-operator",
            paramLabel = "CLAIM=VALUE",
            description =
                    "Which of the provider's users are operators: groups=cress-operators, say.")
    private Optional<String> operator = Optional.empty();

    Optional<Oidc> provider() {
        if (issuer.isEmpty() && audience.isEmpty() && operator.isEmpty()) {
            return Optional.empty();
        }
        if (issuer.isEmpty() || audience.isEmpty() || operator.isEmpty()) {
            throw new CliException(
                    "--oidc-issuer, --oidc-audience and --oidc-operator go together");
        }
        String[] claim = operator.get().split("=", 2);
        if (claim.length != 2) {
            throw new CliException(
                    "--oidc-operator %s isn't CLAIM=VALUE".formatted(operator.get()));
        }
        return Optional.of(new Oidc(url(issuer.get()), audience.get(), claim[0], claim[1]));
    }

    /// As it was said: a slash at its end is part of an issuer's name.
    private static URI url(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    "--oidc-issuer %s is no URL: %s".formatted(text, e.getMessage()));
        }
    }
}
