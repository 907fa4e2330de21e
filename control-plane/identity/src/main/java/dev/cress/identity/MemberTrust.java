package dev.cress.identity;

import dev.cress.contract.Member;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Takes clients' certificates of the fleet's authority, also those that have run out: who shows
/// one may still ask for the next. Whether it is good for anything else says the control plane.
/// Thread-safe.
public final class MemberTrust extends X509ExtendedTrustManager {
    private static final String CLIENTS = "1.3.6.1.5.5.7.3.2";

    /// The kind of a subject alternative name (RFC 5280 §4.2.1.6).
    private static final Integer URI = 6;

    private final X509Certificate authority;

    /// @param authority the fleet's
    public MemberTrust(X509Certificate authority) {
        this.authority = authority;
    }

    /// Refuses a certificate that the fleet's authority didn't give to a member.
    public void check(X509Certificate shown) throws CertificateException {
        List<String> purposes = shown.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(CLIENTS)) {
            throw new CertificateException("the certificate isn't a client's");
        }
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(shown.getNotAfter());
            var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(shown));
            var _ = CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the certificate isn't the fleet's", e);
        }
    }

    /// Whom a certificate names, whoever gave it.
    public static Optional<Member> member(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return (names == null ? List.<List<?>>of() : names)
                    .stream()
                            .filter(name -> URI.equals(name.getFirst()))
                            .flatMap(name -> Member.of(String.valueOf(name.get(1))).stream())
                            .findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        check(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw forClients();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        throw forClients();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        throw forClients();
    }

    private static CertificateException forClients() {
        return new CertificateException("members are clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {authority};
    }
}
