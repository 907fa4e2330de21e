package dev.cress.identity;

import dev.cress.contract.ContractException;
import dev.cress.contract.Json;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.Base64;

/// To whom something may be sealed: an X25519 key of a node's own, in a file of its owner's alone,
/// with one more key by which the node seals what it keeps itself. Sealing is HPKE (RFC 9180), by
/// Tink, which is loaded with the first use. Thread-safe.
public final class Recipient {
    private static final int X25519_BYTES = 32;

    private final Kept kept;

    /// The file.
    ///
    /// @param shown the public key, in base64 as all of them
    private record Kept(String shown, String secret, String own) {
        @Override
        public String toString() {
            return "Kept[" + shown + "]";
        }
    }

    private Recipient(Kept kept) {
        this.kept = kept;
    }

    /// Reads the file, or makes it. An [IdentityException] says why that can't be.
    public static Recipient open(Path file) {
        try {
            if (Files.exists(file)) {
                return new Recipient(Json.read(Files.readString(file), Kept.class));
            }
            Kept fresh = fresh();
            DurableFile.replace(file, Json.write(fresh));
            return new Recipient(fresh);
        } catch (IOException e) {
            throw new IdentityException("%s can't be read or made: %s".formatted(file, e), e);
        } catch (ContractException e) {
            // without its cause, which may quote a key
            throw new IdentityException(
                    "%s isn't whole: without it the node makes another, and is told its secrets anew"
                            .formatted(file));
        }
    }

    /// Made without Tink: whoever starts for the first time hasn't anything to open yet.
    private static Kept fresh() {
        try {
            var pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            byte[] secret = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
            byte[] shown = littleEndian(((XECPublicKey) pair.getPublic()).getU());
            return new Kept(base64(shown), base64(secret), DataKey.fresh().text());
        } catch (GeneralSecurityException e) {
            throw new IdentityException("this JVM makes no X25519 keys", e);
        }
    }

    /// As RFC 7748 §5 writes a coordinate.
    private static byte[] littleEndian(BigInteger u) {
        byte[] big = u.toByteArray();
        byte[] little = new byte[X25519_BYTES];
        for (int i = 0; i < Math.min(big.length, little.length); i++) {
            little[i] = big[big.length - 1 - i];
        }
        return little;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// The public key, in base64.
    public String publicKey() {
        return kept.shown;
    }

    /// By which it seals what it keeps.
    public DataKey own() {
        return DataKey.ofText(kept.own);
    }

    /// Seals bytes to whoever shows this public key.
    ///
    /// @param publicKey in base64; an [IdentityException] says that it is none
    /// @param context what they are, and to whom they go
    public static byte[] seal(String publicKey, byte[] plain, String context) {
        try {
            byte[] key = Base64.getDecoder().decode(publicKey);
            if (key.length != X25519_BYTES) {
                throw new IdentityException(
                        "a public key has %d bytes, not %d".formatted(X25519_BYTES, key.length));
            }
            return Ciphers.to(key).encrypt(plain, context.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException("nothing can be sealed to this public key", e);
        }
    }

    /// Opens what was sealed to this.
    public byte[] open(byte[] sealed, String context) {
        try {
            byte[] shown = Base64.getDecoder().decode(kept.shown);
            byte[] secret = Base64.getDecoder().decode(kept.secret);
            return Ciphers.of(shown, secret)
                    .decrypt(sealed, context.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IdentityException("what came was sealed to another, or as another thing", e);
        }
    }
}
