package dev.cress.identity;

import com.google.crypto.tink.Aead;

import dev.cress.contract.Sha256;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;

/// A key of 256 bits under which bytes are sealed: AES-GCM, by Tink, which is loaded with the first
/// use. What is sealed can be opened in the same place only: the context that it was sealed for is
/// part of the seal. Thread-safe.
public final class DataKey {
    /// Bytes of a key.
    public static final int BYTES = 32;

    /// Bytes by which what is sealed is longer: nonce and tag.
    public static final int OVERHEAD_BYTES = 28;

    private static final int ID_DIGITS = 16;

    private final byte[] bytes;
    private volatile @Nullable Aead cipher;

    private DataKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /// One that nobody has yet.
    public static DataKey fresh() {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        return new DataKey(random);
    }

    /// This one.
    public static DataKey of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IdentityException(
                    "a key has %d bytes, not %d".formatted(BYTES, bytes.length));
        }
        return new DataKey(bytes.clone());
    }

    /// One that stands there in base64.
    public static DataKey ofText(String base64) {
        try {
            return of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            // without its cause, which may quote what is no key but secret all the same
            throw new IdentityException("a key must be %d bytes in base64".formatted(BYTES));
        }
    }

    /// The key itself.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// The key itself, in base64.
    public String text() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// Names it and says nothing of it: the digest of 256 random bits.
    public String id() {
        var digest = Sha256.digest();
        digest.update("cress data key\n".getBytes(StandardCharsets.US_ASCII));
        return Sha256.ofDigest(digest.digest(bytes)).hex().substring(0, ID_DIGITS);
    }

    /// Seals bytes.
    ///
    /// @param context what they are, and where they belong
    public byte[] seal(byte[] plain, String context) {
        try {
            return cipher().encrypt(plain, context.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IdentityException("this JVM can't seal", e);
        }
    }

    /// Opens what was sealed. An [IdentityException] says that it was sealed by another key, for
    /// another place, or changed since.
    public byte[] open(byte[] sealed, String context) {
        try {
            return cipher().decrypt(sealed, context.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IdentityException(
                    "what key %s shall open was sealed by another or for another place"
                            .formatted(id()),
                    e);
        }
    }

    private Aead cipher() throws GeneralSecurityException {
        Aead made = cipher;
        if (made == null) {
            made = Ciphers.aead(bytes);
            cipher = made;
        }
        return made;
    }

    @Override
    public String toString() {
        return "DataKey[" + id() + "]";
    }
}
