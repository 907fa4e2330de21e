package dev.cress.identity;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;

/// A fresh key, and the request for its certificate.
///
/// @param pem PKCS #10 (RFC 2986)
record CertificateRequest(KeyPair keys, String pem) {
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
            return new CertificateRequest(keys, Pem.write("CERTIFICATE REQUEST", der));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IdentityException("a certificate can't be asked for: " + e, e);
        }
    }

    @Override
    public String toString() {
        return "CertificateRequest[]";
    }
}
