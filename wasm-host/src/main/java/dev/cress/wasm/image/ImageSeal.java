package dev.cress.wasm.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/// Signs images where they are kept and opens them where they run: an image that somebody else
/// made, that a disk spoiled or that is another module's isn't opened. A seal is the image with 64
/// bytes of Ed25519 signature after it, of the image's name and digest. Thread-safe.
final class ImageSeal {
    private static final String ALGORITHM = "Ed25519";
    private static final int SIGNATURE_BYTES = 64;

    /// A public key's length in X.509 (RFC 8410).
    private static final int PUBLIC_BYTES = 44;

    private static final int PIECE_BYTES = 64 << 10;

    private ImageSeal() {}

    /// A new pair of keys: the private one for who builds, the public one for who runs.
    static KeyPair newKeys() {
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

    /// @param name of what it is an image of
    static byte[] seal(String name, byte[] image, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(statement(name, Sha256.hex(image)));
            byte[] signed = Arrays.copyOf(image, image.length + SIGNATURE_BYTES);
            System.arraycopy(signature.sign(), 0, signed, image.length, SIGNATURE_BYTES);
            return signed;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key can't sign images", e);
        }
    }

    /// The image within, if the key that belongs to this one sealed it under this name.
    ///
    /// @throws IOException if not
    static byte[] open(String name, byte[] signed, PublicKey key) throws IOException {
        int length = signed.length - SIGNATURE_BYTES;
        requireSignature(length, signed.length);
        byte[] image = Arrays.copyOf(signed, length);
        byte[] signature = Arrays.copyOfRange(signed, length, signed.length);
        verify(statement(name, Sha256.hex(image)), signature, key);
        return image;
    }

    /// The digest and size of the image within a file, if the key that belongs to this one sealed
    /// it under this name, and it is of this build; read piece by piece.
    ///
    /// @throws IOException if not
    static KeptImage look(String name, Path file, PublicKey key) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long length = channel.size() - SIGNATURE_BYTES;
            requireSignature(length, channel.size());
            MessageDigest digest = Sha256.digest();
            var piece = ByteBuffer.allocate(PIECE_BYTES);
            for (long left = length; left > 0; left -= piece.limit()) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, left));
                fill(piece, channel);
                digest.update(piece.flip());
            }
            var signature = ByteBuffer.allocate(SIGNATURE_BYTES);
            fill(signature, channel);
            String sha256 = HexFormat.of().formatHex(digest.digest());
            verify(statement(name, sha256), signature.array(), key);
            ImageFile.requireBuild(
                    new DataInputStream(Channels.newInputStream(channel.position(0))));
            return new KeptImage(file, length, sha256);
        }
    }

    private static void fill(ByteBuffer piece, FileChannel channel) throws IOException {
        while (piece.hasRemaining()) {
            if (channel.read(piece) < 0) {
                throw new EOFException("image is cut");
            }
        }
    }

    private static byte[] statement(String name, String sha256) {
        return "cress kept image\n%s\n%s".formatted(name, sha256).getBytes(UTF_8);
    }

    private static void requireSignature(long length, long whole) throws IOException {
        if (length < 0) {
            throw new IOException("image of %d bytes has no signature".formatted(whole));
        }
    }

    private static void verify(byte[] statement, byte[] signed, PublicKey key) throws IOException {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(statement);
            if (!signature.verify(signed)) {
                throw new IOException("image is not signed by who builds for this host");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the image's signature can't be checked", e);
        }
    }
}
