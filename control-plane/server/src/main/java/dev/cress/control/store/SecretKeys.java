package dev.cress.control.store;

import dev.cress.identity.DataKey;
import dev.cress.identity.DurableFile;
import dev.cress.identity.IdentityException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The keys under which the store's secrets are kept, which are nowhere in the store: lines of 32
/// bytes in base64, the newest first. Which of them is in use says the store. Thread-safe.
public final class SecretKeys {
    /// Keys in one file.
    static final int KEYS_MAX = 100;

    private static final long FILE_BYTES_MAX = 16 << 10;

    private final String where;
    private final @Nullable Path file;
    private final boolean own;
    private volatile List<DataKey> keys;

    private SecretKeys(String where, @Nullable Path file, boolean own, List<DataKey> keys) {
        this.where = where;
        this.file = file;
        this.own = own;
        this.keys = List.copyOf(keys);
    }

    /// No keys: nothing can be kept.
    public static SecretKeys none() {
        return new SecretKeys("no key for secrets was given", null, false, List.of());
    }

    /// Those in the data folder, which the program makes and changes itself.
    public static SecretKeys own(Path file) {
        try {
            if (!Files.exists(file)) {
                DurableFile.replace(file, DataKey.fresh().text() + "\n");
            }
            return new SecretKeys(file.toString(), file, true, read(file));
        } catch (IOException e) {
            throw unusable("%s can't be written: %s".formatted(file, e));
        }
    }

    /// Those in a file of the operator's.
    public static SecretKeys of(Path file) {
        return new SecretKeys(file.toString(), file, false, read(file));
    }

    /// Those in a text of the operator's.
    ///
    /// @param where the text is, for who has to mend it
    public static SecretKeys of(String where, String text) {
        return new SecretKeys(where, null, false, parse(where, text));
    }

    private static List<DataKey> read(Path file) {
        try {
            long bytes = Files.size(file);
            if (bytes > FILE_BYTES_MAX) {
                throw unusable(
                        "%s has %d bytes, a file of keys at most %d"
                                .formatted(file, bytes, FILE_BYTES_MAX));
            }
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw unusable("the key for secrets can't be read: " + e);
        }
    }

    private static List<DataKey> parse(String where, String text) {
        try {
            var keys =
                    text.lines()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty())
                            .map(DataKey::ofText)
                            .toList();
            if (keys.isEmpty() || keys.size() > KEYS_MAX) {
                throw unusable(
                        "%s has %d keys: 1 to %d lines of 32 bytes in base64 (openssl rand -base64 32)"
                                .formatted(where, keys.size(), KEYS_MAX));
            }
            return keys;
        } catch (IdentityException e) {
            throw unusable(
                    "%s: %s (openssl rand -base64 32 makes one)"
                            .formatted(where, String.valueOf(e.getMessage())));
        }
    }

    private static StoreException unusable(String why) {
        return new StoreException(StoreException.Kind.UNUSABLE, why);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /// Whether the program may change them.
    boolean isOwn() {
        return own;
    }

    /// Where they are, for who has to mend it.
    String where() {
        return where;
    }

    /// The newest.
    DataKey first() {
        return keys.getFirst();
    }

    /// The one that is called so; a file of the operator's is read again if it isn't known.
    Optional<DataKey> find(String id) {
        return known(id)
                .or(
                        () -> {
                            reload();
                            return known(id);
                        });
    }

    private Optional<DataKey> known(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /// Reads a file of the operator's again.
    void reload() {
        if (file != null) {
            keys = List.copyOf(read(file));
        }
    }

    /// Puts a key before the others, on disk first.
    void add(DataKey next) {
        if (known(next.id()).isEmpty()) {
            write(Stream.concat(Stream.of(next), keys.stream()).toList());
        }
    }

    /// Forgets all but this one.
    void keepOnly(String id) {
        write(keys.stream().filter(key -> key.id().equals(id)).toList());
    }

    private void write(List<DataKey> all) {
        var kept = new ArrayList<>(all);
        try {
            if (file != null) {
                DurableFile.replace(
                        file,
                        kept.stream()
                                .map(DataKey::text)
                                .collect(Collectors.joining("\n", "", "\n")));
            }
        } catch (IOException e) {
            throw unusable("%s can't be written: %s".formatted(where, e));
        }
        keys = List.copyOf(kept);
    }

    @Override
    public String toString() {
        return "SecretKeys[" + where + "]";
    }
}
