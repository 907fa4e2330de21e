package dev.cress.control.api;

import dev.cress.contract.RelayFrame;
import dev.cress.contract.Role;
import dev.cress.control.store.Scope;
import dev.cress.control.sync.Credential;
import dev.cress.control.trust.Roll;
import dev.cress.control.trust.ServerTls;
import dev.cress.identity.IdentityException;
import dev.cress.identity.Pem;

import java.util.Optional;
import java.util.Set;

/// Says who a node is that stands before a relay, by what it showed there: as here, a certificate
/// where TLS is spoken, else a token. Thread-safe.
public final class Doorkeeper {
    private final Access access;
    private final Roll roll;
    private final Optional<ServerTls> tls;

    public Doorkeeper(Access access, Roll roll, Optional<ServerTls> tls) {
        this.access = access;
        this.roll = roll;
        this.tls = tls;
    }

    /// The node's credential; a refusal is thrown.
    public Credential node(RelayFrame.Opened opened) {
        return tls.isPresent() ? member(opened, tls.get()) : holder(opened);
    }

    private Credential member(RelayFrame.Opened opened, ServerTls by) {
        if (opened.certificate().isEmpty()) {
            throw Access.certificateNeeded();
        }
        try {
            var certificate = Pem.certificate(opened.certificate());
            var shown = roll.elsewhere(certificate, by.members());
            if (shown.member().role() != Role.NODE) {
                throw Access.unauthorised("the certificate is of " + shown.member());
            }
            return new Credential(shown.credential(), Optional.of(shown.member()));
        } catch (IdentityException e) {
            throw Access.unauthorised(String.valueOf(e.getMessage()));
        }
    }

    private Credential holder(RelayFrame.Opened opened) {
        Grant grant = access.check("Bearer " + opened.token());
        if (!grant.has(Set.of(Scope.JOIN))) {
            throw Access.forbidden(grant, Set.of(Scope.JOIN));
        }
        return new Credential(grant.tokenId(), Optional.empty());
    }
}
