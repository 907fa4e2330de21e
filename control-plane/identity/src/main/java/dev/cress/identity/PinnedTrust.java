package dev.cress.identity;

import dev.cress.contract.Sha256;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Trusts servers whose chain ends in one certificate, which is known by its digest alone: the
/// server sends it along. All else is the JDK's: dates, signatures, what the certificate is for,
/// and, where TLS asks for it, the host's name.
public final class PinnedTrust extends X509ExtendedTrustManager {
    private final Sha256 authority;
    private volatile @Nullable X509ExtendedTrustManager found;

    private PinnedTrust(Sha256 authority) {
        this.authority = authority;
    }

    /// @param authority the SHA-256 of the certificate, or null for those that the JDK trusts
    public static X509ExtendedTrustManager to(@Nullable Sha256 authority) {
        try {
            return authority == null ? trusting(null) : new PinnedTrust(authority);
        } catch (GeneralSecurityException | IOException e) {
            throw new IdentityException("the JDK's own authorities can't be read: " + e, e);
        }
    }

    private static X509ExtendedTrustManager trusting(@Nullable X509Certificate anchor)
            throws GeneralSecurityException, IOException {
        var factory = TrustManagerFactory.getInstance("PKIX");
        KeyStore store = null;
        if (anchor != null) {
            store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("authority", anchor);
        }
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /// The SHA-256 of the whole certificate.
    public static Sha256 digest(X509Certificate certificate) {
        try {
            return Sha256.of(certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IdentityException("a certificate can't be written: " + e, e);
        }
    }

    private X509ExtendedTrustManager in(X509Certificate[] chain) throws CertificateException {
        var known = found;
        if (known != null) {
            return known;
        }
        X509Certificate anchor =
                List.of(chain).stream()
                        .filter(each -> digest(each).equals(authority))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new CertificateException(
                                                "no certificate of the server has the SHA-256 "
                                                        + authority));
        try {
            var made = trusting(anchor);
            found = made;
            return made;
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("the authority can't be used", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        in(chain).checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        in(chain).checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        in(chain).checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw forServers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        throw forServers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw forServers();
    }

    private static CertificateException forServers() {
        return new CertificateException("only servers are known by this digest");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
