package dev.cress.identity;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.SignedFrame;
import dev.cress.contract.SignedImage;
import dev.cress.contract.VerifyingKey;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/// A key with which a control plane signs what it tells nodes: Ed25519, the JDK's own.
public final class SigningKey {
    private static final String ALGORITHM = "Ed25519";

    private final AnnouncedKey announced;
    private final String secret;
    private final PrivateKey key;

    /// A key as it was kept.
    ///
    /// @param secret PKCS #8 in base64
    public SigningKey(AnnouncedKey announced, String secret) {
        this.announced = announced;
        this.secret = secret;
        try {
            var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(secret));
            key = KeyFactory.getInstance(ALGORITHM).generatePrivate(encoded);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("signing key can't be read: " + e.getMessage(), e);
        }
    }

    /// A new one.
    ///
    /// @param before the one that vouches for it, or null for the first
    public static SigningKey fresh(@Nullable SigningKey before) {
        try {
            var keys = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            VerifyingKey verifying = Signatures.verifying(keys.getPublic());
            String secret = Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded());
            return new SigningKey(
                    before == null
                            ? new AnnouncedKey(verifying, "", "")
                            : new AnnouncedKey(
                                    verifying,
                                    before.announced.key().id(),
                                    Signatures.ofKey(before.key, verifying)),
                    secret);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("signing key can't be made: " + e.getMessage(), e);
        }
    }

    /// What nodes are told of it.
    public AnnouncedKey announced() {
        return announced;
    }

    /// PKCS #8 in base64, for whoever keeps it.
    public String secret() {
        return secret;
    }

    /// The frame and its signature, as they travel.
    public String sign(String frame) {
        return new SignedFrame(announced.key().id(), Signatures.ofFrame(key, frame), frame).text();
    }

    /// The same of an image.
    public SignedImage sign(SignedImage image) {
        return image.by(announced.key().id(), Signatures.ofImage(key, image));
    }
}
