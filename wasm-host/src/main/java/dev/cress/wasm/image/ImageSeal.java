package dev.cress.wasm.image;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/// Signs images where they are built and opens them where they run: an image that somebody else
/// made, or that a disk spoiled, isn't opened. A seal is the image with 64 bytes of Ed25519
/// signature after it. Thread-safe.
public final class ImageSeal {
    private static final String ALGORITHM = "Ed25519";
    private static final int SIGNATURE_BYTES = 64;

    /// A public key's length in X.509 (RFC 8410).
    private static final int PUBLIC_BYTES = 44;

    private ImageSeal() {}

    /// A new pair of keys: the private one for who builds, the public one for who runs.
    public static KeyPair newKeys() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
        }
    }

    /// Both keys as bytes: the public one as X.509 has it, then the private one as PKCS #8 has it.
    static byte[] encode(KeyPair keys) {
        byte[] known = keys.getPublic().getEncoded();
        byte[] secret = keys.getPrivate().getEncoded();
        byte[] both = Arrays.copyOf(known, known.length + secret.length);
        System.arraycopy(secret, 0, both, known.length, secret.length);
        return both;
    }

    static KeyPair decode(byte[] both) throws IOException {
        try {
            KeyFactory keys = KeyFactory.getInstance(ALGORITHM);
            int split = Math.min(PUBLIC_BYTES, both.length);
            return new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(Arrays.copyOf(both, split))),
                    keys.generatePrivate(
                            new PKCS8EncodedKeySpec(Arrays.copyOfRange(both, split, both.length))));
        } catch (GeneralSecurityException e) {
            throw new IOException("these are no keys of images", e);
        }
    }

    public static byte[] seal(byte[] image, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(image);
            byte[] signed = Arrays.copyOf(image, image.length + SIGNATURE_BYTES);
            System.arraycopy(signature.sign(), 0, signed, image.length, SIGNATURE_BYTES);
            return signed;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key can't sign images", e);
        }
    }

    /// The image within, if the key that belongs to this one sealed it.
    ///
    /// @throws IOException if not
    public static byte[] open(byte[] signed, PublicKey key) throws IOException {
        int length = signed.length - SIGNATURE_BYTES;
        if (length < 0) {
            throw new IOException("image of %d bytes has no signature".formatted(signed.length));
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(signed, 0, length);
            if (!signature.verify(signed, length, SIGNATURE_BYTES)) {
                throw new IOException("image is not signed by who builds for this host");
            }
            return Arrays.copyOf(signed, length);
        } catch (GeneralSecurityException e) {
            throw new IOException("the image's signature can't be checked", e);
        }
    }
}
