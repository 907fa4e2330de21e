package dev.cress.identity;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;

/// A fresh key, and the request for its certificate.
///
/// @param csr PKCS #10 (RFC 2986) in PEM
record CertificateRequest(PrivateKey key, String csr) {
    private static final String CSR = "CERTIFICATE REQUEST";

    static CertificateRequest fresh() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            // Who it is says the control plane, not the request.
            var subject = new X500Name("CN=cress");
            byte[] der =
                    new JcaPKCS10CertificationRequestBuilder(subject, keys.getPublic())
                            .build(signer)
                            .getEncoded();
            return new CertificateRequest(keys.getPrivate(), Pem.write(CSR, der));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IdentityException("a certificate can't be asked for: " + e, e);
        }
    }

    /// As it was kept.
    static CertificateRequest of(String pem) {
        return new CertificateRequest(Pem.key(pem), Pem.write(CSR, Pem.section(pem, CSR)));
    }

    /// To be kept by whoever waits for the certificate.
    String pem() {
        return Pem.write(key) + csr;
    }

    /// Whether that is a certificate for this key.
    boolean isAnsweredBy(X509Certificate certificate) {
        try {
            byte[] der = Pem.section(csr, CSR);
            var asked = new PKCS10CertificationRequest(der).getSubjectPublicKeyInfo();
            return Arrays.equals(asked.getEncoded(), certificate.getPublicKey().getEncoded());
        } catch (IOException e) {
            throw new IdentityException("a certificate request can't be read: " + e, e);
        }
    }

    @Override
    public String toString() {
        return "CertificateRequest[]";
    }
}
