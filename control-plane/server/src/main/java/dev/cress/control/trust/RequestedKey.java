package dev.cress.control.trust;

import dev.cress.contract.Sha256;
import dev.cress.control.store.Refusal;

import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;

/// The key for which a certificate is asked, by somebody who holds it.
public record RequestedKey(PublicKey key) {
    /// Characters of a request.
    private static final int LENGTH_MAX = 8 << 10;

    private static final int FIELD_BITS = 256;

    /// Reads a certificate request (PKCS #10, RFC 2986) in PEM, and checks that it was signed by
    /// the key that it has. Of what else it says nothing is read.
    public static RequestedKey of(String pem) {
        if (pem.length() > LENGTH_MAX) {
            throw invalid("it has %d characters, at most %d".formatted(pem.length(), LENGTH_MAX));
        }
        try (var parser = new PEMParser(new StringReader(pem))) {
            if (!(parser.readObject() instanceof PKCS10CertificationRequest read)) {
                throw invalid("it is no PKCS #10 in PEM");
            }
            var request = new JcaPKCS10CertificationRequest(read);
            PublicKey key = request.getPublicKey();
            if (!(key instanceof ECPublicKey curve)
                    || curve.getParams().getCurve().getField().getFieldSize() != FIELD_BITS) {
                throw invalid("the key must be for ECDSA on P-256");
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw invalid("its signature isn't the key's");
            }
            return new RequestedKey(key);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException
                | IllegalStateException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    private static Refusal invalid(String why) {
        return Refusal.invalid("invalid-csr", "the certificate request can't be used: " + why);
    }

    /// By which it is recognised.
    public Sha256 digest() {
        return Sha256.of(key.getEncoded());
    }
}
