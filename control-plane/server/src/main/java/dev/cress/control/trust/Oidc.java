package dev.cress.control.trust;

import dev.cress.identity.IdentityException;

import java.net.URI;
import java.util.Set;

/// An identity provider (OpenID Connect) whose tokens let operators in.
///
/// @param issuer as tokens name it in `iss`: an `https` URL, or `http` on this machine
/// @param audience what tokens must name in `aud`
/// @param claim the name of a claim that tells operators from the provider's other users
/// @param value what that claim must be, or be a list with
public record Oidc(URI issuer, String audience, String claim, String value) {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

    public Oidc {
        if (!isSafe(issuer)) {
            throw new IdentityException(
                    "OIDC issuer %s must be an https URL, or http on this machine"
                            .formatted(issuer));
        }
        if (audience.isBlank() || claim.isBlank() || value.isBlank()) {
            throw new IdentityException(
                    "OIDC needs an audience, and the claim that makes somebody an operator: without"
                            + " them whoever the provider knows would be one");
        }
    }

    /// Whether nobody on the way can change what comes from there.
    public static boolean isSafe(URI url) {
        String host = url.getHost();
        return host != null
                && ("https".equals(url.getScheme())
                        || ("http".equals(url.getScheme()) && LOOPBACK.contains(host)));
    }
}
