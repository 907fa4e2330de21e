package dev.cress.relay;

import dev.cress.contract.Role;
import dev.cress.identity.MemberTrust;

import io.vertx.core.http.HttpServerRequest;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// By what a node would be let in: its certificate, which TLS has seen to be the fleet's, or a
/// token, of which only the control plane knows what it is worth.
sealed interface Shown {
    /// Whether this may have what a session's credential may, which is known to be good: the same,
    /// or the same node's newer one. An older one may have been taken back.
    boolean isGoodBy(Shown admitted);

    record ByCertificate(String node, X509Certificate certificate) implements Shown {
        /// DER in base64.
        String text() {
            try {
                return Base64.getEncoder().encodeToString(certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("TLS took a certificate that can't be written", e);
            }
        }

        @Override
        public boolean isGoodBy(Shown admitted) {
            return admitted instanceof ByCertificate(String name, X509Certificate known)
                    && name.equals(node)
                    && !begin(certificate).isBefore(begin(known))
                    && !certificate.getNotAfter().toInstant().isBefore(Instant.now());
        }
    }

    private static Instant begin(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant();
    }

    record ByToken(String token) implements Shown {
        @Override
        public boolean isGoodBy(Shown admitted) {
            return equals(admitted);
        }

        @Override
        public String toString() {
            return "ByToken[]";
        }
    }

    /// What a request comes with, if that is anything.
    static Optional<Shown> of(HttpServerRequest request) {
        SSLSession tls = request.connection().sslSession();
        if (tls == null) {
            String header = request.getHeader("authorization");
            String[] parts = header == null ? new String[0] : header.strip().split(" +", 2);
            return parts.length == 2 && parts[0].equalsIgnoreCase("bearer")
                    ? Optional.of(new ByToken(parts[1]))
                    : Optional.empty();
        }
        try {
            return tls.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? MemberTrust.member(certificate)
                            .filter(member -> member.role() == Role.NODE)
                            .map(member -> new ByCertificate(member.name(), certificate))
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }
}
