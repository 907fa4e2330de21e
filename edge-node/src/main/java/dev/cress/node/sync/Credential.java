package dev.cress.node.sync;

import dev.cress.identity.FleetIdentity;

import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/// By what the control plane lets the node in.
///
/// @param token empty if it has an identity
public record Credential(String token, Optional<FleetIdentity> identity) {
    /// What goes into `authorization`: nothing beside a certificate.
    Optional<String> header() {
        return identity.isPresent() ? Optional.empty() : Optional.of("Bearer " + token);
    }

    /// The same options with the certificate, and TLS 1.3 alone, if there is one.
    ///
    /// @param control where the control plane, or a relay, is
    WebSocketClientOptions on(WebSocketClientOptions options, URI control) {
        identity.ifPresent(
                known ->
                        options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                .setKeyCertOptions(KeyCertOptions.wrap(known.keys()))
                                .setTrustOptions(TrustOptions.wrap(known.trusted(control))));
        return options;
    }
}
