package dev.cress.contract;

import java.util.Objects;

/// An image that a control plane prepared of a module, and who vouches for it. A node takes its
/// bytes for this module's if a key that it knows signed the [#statement()], and for no other's.
///
/// @param build which images fit which nodes: its Cress image format and engine
/// @param module of which it is
/// @param abi as it was wanted, `auto` or an entry convention's name
/// @param snapshot as it was wanted
/// @param sha256 of the image's bytes
/// @param bytes how many, at most [#BYTES_MAX]
/// @param key the id of the key that signed it, empty before
/// @param signature Ed25519 (RFC 8032), in base64, empty before
public record SignedImage(
        String build,
        Sha256 module,
        String abi,
        boolean snapshot,
        Sha256 sha256,
        long bytes,
        String key,
        String signature) {
    /// An image of the largest module stays under this.
    public static final long BYTES_MAX = 512L << 20;

    public SignedImage {
        Objects.requireNonNull(build, "build");
        Objects.requireNonNull(module, "module");
        Objects.requireNonNull(abi, "abi");
        Objects.requireNonNull(sha256, "sha256");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(signature, "signature");
    }

    /// One that nobody has signed yet.
    public SignedImage(
            String build, Sha256 module, String abi, boolean snapshot, Sha256 sha256, long bytes) {
        this(build, module, abi, snapshot, sha256, bytes, "", "");
    }

    /// The same, signed.
    public SignedImage by(String signer, String signed) {
        return new SignedImage(build, module, abi, snapshot, sha256, bytes, signer, signed);
    }

    /// What is signed: all that is said of the image, a line each.
    public String statement() {
        return "%s\n%s\n%s\n%s\n%s\n%d"
                .formatted(build, module.hex(), abi, snapshot, sha256.hex(), bytes);
    }
}
