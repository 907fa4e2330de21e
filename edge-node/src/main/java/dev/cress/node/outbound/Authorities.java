package dev.cress.node.outbound;

import dev.cress.node.config.NodeException;

import io.vertx.core.net.TrustOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Certificate authorities: the JDK's, and those of an operator's file.
final class Authorities {
    private Authorities() {}

    /// Trust in the JDK's authorities and those of this file.
    ///
    /// @param pem certificates, one after the other (RFC 7468)
    static TrustOptions with(Path pem) {
        try {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int number = 0;
            for (Certificate one : read(pem)) {
                all.setCertificateEntry("ca-" + number++, one);
            }
            for (X509Certificate one : ofTheJdk()) {
                all.setCertificateEntry("ca-" + number++, one);
            }
            return TrustOptions.wrap(factory(all));
        } catch (GeneralSecurityException | IOException e) {
            throw new NodeException(
                    "certificate authorities in %s can't be read: %s".formatted(pem, e), e);
        }
    }

    private static List<Certificate> read(Path pem) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            List<Certificate> found =
                    new ArrayList<>(
                            CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (found.isEmpty()) {
                throw new NodeException("%s has no certificate".formatted(pem));
            }
            return found;
        }
    }

    private static List<X509Certificate> ofTheJdk() throws GeneralSecurityException {
        return Arrays.stream(factory(null).getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .flatMap(m -> Arrays.stream(((X509TrustManager) m).getAcceptedIssuers()))
                .toList();
    }

    private static TrustManagerFactory factory(@Nullable KeyStore store)
            throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }
}
