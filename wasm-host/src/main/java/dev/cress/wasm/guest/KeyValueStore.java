package dev.cress.wasm.guest;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A store of values by key, of one tenant, durable and shared by all runs that may use it.
/// Thread-safe; blocks. A [StoreException] says what went wrong.
public interface KeyValueStore {
    /// Bytes of a key, as UTF-8, at most.
    int KEY_BYTES_MAX = 1_024;

    /// Bytes of a value, at most.
    int VALUE_BYTES_MAX = 25 << 20;

    /// Bytes of a value's metadata, as UTF-8, at most.
    int METADATA_BYTES_MAX = 2_000;

    /// Keys that one listing gives at most.
    int LISTED_MAX = 1_000;

    /// A generation that no value has.
    long ABSENT = 0;

    /// The value of a key, unless there is none or its time is over.
    Optional<Item> get(String key) throws StoreException;

    /// Sets a key's value. Returns the value's generation, or nothing when another than `expected`
    /// was there.
    ///
    /// @param timeToLive after which it is gone, or null
    /// @param expected the generation that must be there, [#ABSENT] for none; empty for any
    OptionalLong put(
            String key,
            byte[] value,
            String metadata,
            @Nullable Duration timeToLive,
            OptionalLong expected)
            throws StoreException;

    /// Removes a key. Returns whether it was there.
    boolean delete(String key) throws StoreException;

    /// Keys in the order of their UTF-8 bytes.
    ///
    /// @param after the key that was the last before, or empty
    /// @param limit from 1 on; no more than [#LISTED_MAX] are given
    List<String> list(String prefix, String after, int limit) throws StoreException;

    /// A value as it was found.
    final class Item {
        private final byte[] value;
        private final String metadata;
        private final long generation;

        /// @param metadata what its writer noted of it
        /// @param generation greater than that of every earlier value of its key
        public Item(byte[] value, String metadata, long generation) {
            this.value = value;
            this.metadata = metadata;
            this.generation = generation;
        }

        /// The array belongs to the caller.
        public byte[] value() {
            return value;
        }

        public String metadata() {
            return metadata;
        }

        public long generation() {
            return generation;
        }
    }

    /// A store that refused or failed.
    final class StoreException extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean refused;

        /// @param refused whether it was asked what it may not do, such as a value too large;
        ///     otherwise it failed, and may not the next time
        public StoreException(String message, boolean refused) {
            super(message);
            this.refused = refused;
        }

        public boolean refused() {
            return refused;
        }
    }
}
