package dev.cress.identity;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.Sha256;
import dev.cress.contract.SignedFrame;
import dev.cress.contract.SignedImage;
import dev.cress.contract.VerifyingKey;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/// Signatures by Ed25519 (RFC 8032). What is signed begins with a word for what it is, so that one
/// thing's signature is never another's.
final class Signatures {
    private static final String ALGORITHM = "Ed25519";
    private static final int ID_DIGITS = 16;

    private Signatures() {}

    static String ofFrame(PrivateKey key, String frame) {
        return sign(key, "cress frame\n" + frame);
    }

    static boolean isFrame(VerifyingKey key, SignedFrame signed) {
        return verify(key, "cress frame\n" + signed.frame(), signed.signature());
    }

    static String ofKey(PrivateKey before, VerifyingKey key) {
        return sign(before, text(key));
    }

    static boolean isKey(VerifyingKey before, AnnouncedKey announced) {
        return verify(before, text(announced.key()), announced.signature());
    }

    private static String text(VerifyingKey key) {
        return "cress key\n" + key.id() + "\n" + key.publicKey();
    }

    static String ofImage(PrivateKey key, SignedImage image) {
        return sign(key, "cress image\n" + image.statement());
    }

    static boolean isImage(VerifyingKey key, SignedImage signed) {
        return verify(key, "cress image\n" + signed.statement(), signed.signature());
    }

    /// The id of a key is made of it.
    static VerifyingKey verifying(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return new VerifyingKey(
                Sha256.of(encoded).hex().substring(0, ID_DIGITS),
                Base64.getEncoder().encodeToString(encoded));
    }

    private static String sign(PrivateKey key, String text) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IdentityException("can't sign: " + e.getMessage(), e);
        }
    }

    private static boolean verify(VerifyingKey key, String text, String signed) {
        try {
            var encoded = new X509EncodedKeySpec(Base64.getDecoder().decode(key.publicKey()));
            var signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(KeyFactory.getInstance(ALGORITHM).generatePublic(encoded));
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return signature.verify(Base64.getDecoder().decode(signed));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
