package dev.cress.identity;

import static java.util.Locale.ROOT;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// Keys and certificates as text (RFC 7468).
public enum Pem {
    ;

    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String CERTIFICATE = "CERTIFICATE";

    /// DER as text.
    ///
    /// @param label what it is, `CERTIFICATE`
    public static String write(String label, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label);
    }

    /// Certificates one after the other.
    public static String write(List<X509Certificate> chain) {
        var text = new StringBuilder();
        for (X509Certificate each : chain) {
            try {
                text.append(write(CERTIFICATE, each.getEncoded()));
            } catch (CertificateException e) {
                throw new IdentityException("a certificate can't be written: " + e, e);
            }
        }
        return text.toString();
    }

    /// A private key, not encrypted (PKCS #8).
    public static String write(PrivateKey key) {
        return write(PRIVATE_KEY, key.getEncoded());
    }

    /// All certificates in a text, in their order.
    public static List<X509Certificate> certificates(String text) {
        var found = sections(text, CERTIFICATE);
        try {
            var factory = CertificateFactory.getInstance("X.509");
            var all = new ArrayList<X509Certificate>();
            for (byte[] der : found) {
                all.add(
                        (X509Certificate)
                                factory.generateCertificate(new ByteArrayInputStream(der)));
            }
            return all;
        } catch (CertificateException e) {
            throw new IdentityException("a certificate can't be read: " + e.getMessage(), e);
        }
    }

    /// The certificate whose DER this is, in base64.
    public static X509Certificate certificate(String base64) {
        try {
            byte[] der = Base64.getDecoder().decode(base64);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new IdentityException("a certificate can't be read: " + e.getMessage(), e);
        }
    }

    /// The ECDSA key in a text.
    public static PrivateKey key(String text) {
        byte[] found = section(text, PRIVATE_KEY);
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(found));
        } catch (GeneralSecurityException e) {
            throw new IdentityException("the private key can't be read: " + e.getMessage(), e);
        }
    }

    /// The first of what is called so.
    static byte[] section(String text, String label) {
        return sections(text, label).stream()
                .findFirst()
                .orElseThrow(() -> new IdentityException("there is no " + label.toLowerCase(ROOT)));
    }

    private static List<byte[]> sections(String text, String label) {
        var section =
                Pattern.compile(
                        "-----BEGIN %s-----([A-Za-z0-9+/=\\s]*)-----END %s-----"
                                .formatted(label, label));
        return section.matcher(text)
                .results()
                .map(each -> each.group(1).replaceAll("\\s", ""))
                .map(
                        base64 ->
                                Base64.getDecoder()
                                        .decode(base64.getBytes(StandardCharsets.US_ASCII)))
                .toList();
    }
}
