package dev.cress.identity;

import dev.cress.contract.Json;
import dev.cress.contract.Member;
import dev.cress.contract.Sha256;
import dev.cress.contract.Trust;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where a member keeps who it is. Each file is replaced whole, and both are their owner's alone.
///
/// ```text
/// joining.pem        the key of who is about to join, and its certificate request
/// fleet.json         the control plane: its URL, and by what it is known
/// signing-keys.json  the keys whose word is taken
/// member.pem         the member's key, which goes nowhere else, and its certificate; written last
/// ```
record IdentityFolder(Path folder) {
    private static final String FLEET = "fleet.json";
    private static final String MEMBER = "member.pem";
    private static final String JOINING = "joining.pem";
    private static final String SIGNING_KEYS = "signing-keys.json";

    /// @param joinedBy the digest of the secret that let it in
    /// @param latitude where it shall say it is, null if it may choose
    record Fleet(
            URI control,
            Sha256 joinedBy,
            Member member,
            @Nullable Double latitude,
            @Nullable Double longitude,
            Trust trust) {}

    /// @param pem the key and its certificates
    record Kept(Fleet fleet, String pem) {
        @Override
        public String toString() {
            return "Kept[" + fleet + "]";
        }
    }

    Optional<Kept> read() {
        if (!Files.exists(folder.resolve(MEMBER))) {
            return Optional.empty();
        }
        try {
            Fleet fleet = Json.read(Files.readString(folder.resolve(FLEET)), Fleet.class);
            return Optional.of(new Kept(fleet, Files.readString(folder.resolve(MEMBER))));
        } catch (IOException e) {
            throw new IdentityException(
                    "who this is can't be read in %s: %s".formatted(folder, e), e);
        }
    }

    /// The request by which somebody joins: the one of before, if that was cut, since a join token
    /// lets in one key only.
    ///
    /// @param by the digest of the secret that lets it in
    CertificateRequest joining(Sha256 by) {
        Path file = folder.resolve(JOINING);
        String head = by + "\n";
        try {
            if (Files.exists(file)) {
                String kept = Files.readString(file);
                if (kept.startsWith(head)) {
                    return CertificateRequest.of(kept);
                }
            }
            var fresh = CertificateRequest.fresh();
            Files.createDirectories(folder);
            DurableFile.replace(file, head + fresh.pem());
            return fresh;
        } catch (IOException e) {
            throw new IdentityException("%s can't be written: %s".formatted(folder, e), e);
        }
    }

    /// Somebody has joined: of whoever was here before nothing is left.
    void begin(Fleet fleet, String pem) {
        try {
            Files.deleteIfExists(folder.resolve(MEMBER));
            Files.deleteIfExists(folder.resolve(SIGNING_KEYS));
            write(fleet, pem);
            Files.deleteIfExists(folder.resolve(JOINING));
        } catch (IOException e) {
            throw new IdentityException("%s can't be written: %s".formatted(folder, e), e);
        }
    }

    /// The file that has the keys whose word is taken.
    Path signingKeys() {
        return folder.resolve(SIGNING_KEYS);
    }

    void write(Fleet fleet, String pem) {
        try {
            DurableFile.replace(folder.resolve(FLEET), Json.write(fleet));
            DurableFile.replace(folder.resolve(MEMBER), pem);
        } catch (IOException e) {
            throw new IdentityException("%s can't be written: %s".formatted(folder, e), e);
        }
    }
}
