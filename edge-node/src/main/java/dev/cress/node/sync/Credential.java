package dev.cress.node.sync;

import dev.cress.identity.FleetIdentity;

import java.util.Optional;

/// By what the control plane lets the node in.
///
/// @param token empty if it has an identity
public record Credential(String token, Optional<FleetIdentity> identity) {
    /// What goes into `authorization`: nothing beside a certificate.
    Optional<String> header() {
        return identity.isPresent() ? Optional.empty() : Optional.of("Bearer " + token);
    }
}
