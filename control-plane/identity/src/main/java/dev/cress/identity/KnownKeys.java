package dev.cress.identity;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.ContractException;
import dev.cress.contract.Json;
import dev.cress.contract.SignedFrame;
import dev.cress.contract.SignedImage;
import dev.cress.contract.VerifyingKey;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The keys whose word a node takes, in a file. A node that joined has them from the join; one that
/// was let in by a token takes those that it hears first. After that only a key that is known
/// brings in another. One thread takes keys and reads messages; any may ask of images.
public final class KnownKeys {
    /// Keys that overlap at once, at most.
    private static final int KEYS_MAX = 100;

    private final Path file;
    private volatile List<VerifyingKey> known;

    private record Kept(List<VerifyingKey> keys) {
        Kept {
            keys = List.copyOf(keys);
        }
    }

    private KnownKeys(Path file, List<VerifyingKey> known) {
        this.file = file;
        this.known = List.copyOf(known);
    }

    /// @param joined keys from the join, which count as long as there is no file
    public static KnownKeys open(Path file, List<VerifyingKey> joined) {
        try {
            return new KnownKeys(
                    file,
                    Files.exists(file)
                            ? Json.read(Files.readString(file), Kept.class).keys()
                            : joined);
        } catch (IOException | ContractException e) {
            throw new IdentityException("%s can't be read: %s".formatted(file, e), e);
        }
    }

    /// Whether unsigned words are taken: no key is known yet.
    public boolean isEmpty() {
        return known.isEmpty();
    }

    /// Takes what a control plane says of its keys: those that are known, and those for which one
    /// of these vouches. Others that were known are known no more.
    ///
    /// @return whether any was; else all stays as it was
    public boolean take(List<AnnouncedKey> announced) {
        var taken = new ArrayList<VerifyingKey>();
        for (AnnouncedKey each : announced.stream().limit(KEYS_MAX).toList()) {
            boolean first = known.isEmpty();
            if (first || known.contains(each.key()) || isVouchedFor(each, taken)) {
                taken.add(each.key());
            }
        }
        if (taken.isEmpty()) {
            return known.isEmpty();
        }
        if (!taken.equals(known)) {
            keep(taken);
            known = List.copyOf(taken);
        }
        return true;
    }

    private boolean isVouchedFor(AnnouncedKey announced, List<VerifyingKey> taken) {
        return find(announced.by(), taken)
                .or(() -> find(announced.by(), known))
                .filter(before -> Signatures.isKey(before, announced))
                .isPresent();
    }

    private static Optional<VerifyingKey> find(String id, List<VerifyingKey> among) {
        return among.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    private void keep(List<VerifyingKey> keys) {
        try {
            DurableFile.replace(file, Json.write(new Kept(keys)));
        } catch (IOException e) {
            throw new IdentityException("%s can't be written: %s".formatted(file, e), e);
        }
    }

    /// A message, read.
    ///
    /// @param frame its JSON, without the signature
    /// @param isBelieved whether a known key signed it, or none is known yet
    public record Message(String frame, boolean isBelieved) {}

    /// Reads a message, signed or not.
    public Message read(String text) throws JsonProcessingException {
        var signed = SignedFrame.parse(text);
        boolean believed =
                known.isEmpty()
                        || signed.filter(
                                        each ->
                                                find(each.key(), known)
                                                        .filter(
                                                                key ->
                                                                        Signatures.isFrame(
                                                                                key, each))
                                                        .isPresent())
                                .isPresent();
        return new Message(signed.map(SignedFrame::frame).orElse(text), believed);
    }

    /// Whether the key of this id is known.
    public boolean knows(String id) {
        return find(id, known).isPresent();
    }

    /// Whether a known key signed what is said of this image. Nobody's word is taken before any is
    /// known.
    public boolean vouchFor(SignedImage image) {
        return find(image.key(), known).filter(key -> Signatures.isImage(key, image)).isPresent();
    }
}
