package dev.cress.control.store;

import dev.cress.contract.Sha256;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A caller's own name for a change, by which he may ask for it again without its being made again:
/// the `Idempotency-Key` of draft-ietf-httpapi-idempotency-key-header. The answer is kept sealed
/// with what only the caller has, his token: one of them is the secret of a new token.
///
/// @param token the id of the caller's token: nobody else's names are his
/// @param name digest of the name
/// @param request digest of all that was asked: the name stands for that alone
/// @param seal for the answer
public record Once(String token, Sha256 name, Sha256 request, SecretKey seal) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /// @param secret of the caller's token
    /// @param key the name as he sent it
    public static Once of(String token, String secret, String key, Sha256 request) {
        byte[] seal = Sha256.digest().digest(bytes("cress answer\n" + secret + "\n" + key));
        return new Once(token, Sha256.of(bytes(key)), request, new SecretKeySpec(seal, "AES"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    String seal(String answer) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, bytes(answer));
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(nonce.length + sealed.length)
                                .put(nonce)
                                .put(sealed)
                                .array());
    }

    String open(String sealed) {
        var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(sealed));
        byte[] nonce = new byte[NONCE_BYTES];
        byte[] rest = new byte[bytes.remaining() - NONCE_BYTES];
        bytes.get(nonce).get(rest);
        return new String(cipher(Cipher.DECRYPT_MODE, nonce, rest), StandardCharsets.UTF_8);
    }

    private byte[] cipher(int mode, byte[] nonce, byte[] text) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, seal, new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an answer that was kept can't be read", e);
        }
    }
}
