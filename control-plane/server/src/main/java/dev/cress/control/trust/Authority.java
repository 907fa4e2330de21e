package dev.cress.control.trust;

import dev.cress.contract.Member;
import dev.cress.contract.Sha256;
import dev.cress.control.store.Issued;
import dev.cress.identity.IdentityException;
import dev.cress.identity.Pem;
import dev.cress.identity.PinnedTrust;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;

/// The fleet's own certificate authority (RFC 5280), ECDSA on P-256. It certifies members, for
/// clients' use only, and the control port, for servers' use only. Thread-safe.
public final class Authority {
    /// How long a member's certificate is good; it is renewed when a third of that is left.
    public static final Duration MEMBER_LIFE = Duration.ofDays(7);

    /// Of the control port's, which is made anew every day.
    static final Duration SERVER_LIFE = Duration.ofDays(30);

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(20 * 365);

    /// How far ahead of its reader's clock a fresh certificate may be.
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 127;
    private static final String ALGORITHM = "SHA256withECDSA";
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    private final PrivateKey key;
    private final X509Certificate certificate;

    private Authority(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /// A key and its certificate, as they are kept.
    public static String fresh(Instant now) {
        KeyPair keys = freshKeys();
        var name = new X500Name("CN=Cress fleet authority");
        var builder = builder(name, name, keys.getPublic(), now, AUTHORITY_LIFE);
        try {
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return Pem.write(keys.getPrivate())
                    + Pem.write(List.of(sign(builder, keys.getPrivate())));
        } catch (GeneralSecurityException | CertIOException e) {
            throw broken(e);
        }
    }

    /// The authority that was kept.
    public static Authority of(String pem) {
        return new Authority(Pem.key(pem), Pem.certificates(pem).getFirst());
    }

    static KeyPair freshKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw broken(e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    /// By which it is known.
    public Sha256 digest() {
        return PinnedTrust.digest(certificate);
    }

    /// A member's certificate for a key that it has shown to hold.
    public Issued issue(PublicKey asking, Member member, Instant now) {
        X509Certificate made =
                certify(
                        asking,
                        member.name(),
                        List.of(
                                new GeneralName(
                                        GeneralName.uniformResourceIdentifier,
                                        member.id().toString())),
                        KeyPurposeId.id_kp_clientAuth,
                        now,
                        MEMBER_LIFE);
        return new Issued(
                serial(made),
                made.getNotAfter().toInstant().toEpochMilli(),
                Pem.write(List.of(made, certificate)));
    }

    /// @param names hosts and addresses at which it is reached
    X509Certificate issueServer(PublicKey asking, List<String> names, Instant now) {
        var alternatives = new ArrayList<GeneralName>();
        for (String name : names) {
            boolean address = ADDRESS.matcher(name).matches();
            alternatives.add(
                    new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name));
        }
        return certify(
                asking,
                "Cress control plane",
                alternatives,
                KeyPurposeId.id_kp_serverAuth,
                now,
                SERVER_LIFE);
    }

    /// A certificate's serial number as it is kept.
    static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    private X509Certificate certify(
            PublicKey asking,
            String name,
            List<GeneralName> alternatives,
            KeyPurposeId purpose,
            Instant now,
            Duration life) {
        var issuer = new X500Name("CN=Cress fleet authority");
        var builder = builder(issuer, new X500Name("CN=" + name), asking, now, life);
        try {
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(alternatives.toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return sign(builder, key);
        } catch (GeneralSecurityException | CertIOException e) {
            throw broken(e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey asking, Instant now, Duration life) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, new SecureRandom()),
                Date.from(now.minus(SKEW)),
                Date.from(now.plus(life)),
                subject,
                asking);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(ALGORITHM).build(key)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw broken(e);
        }
    }

    private static IdentityException broken(Exception e) {
        return new IdentityException("a certificate can't be made: " + e.getMessage(), e);
    }
}
