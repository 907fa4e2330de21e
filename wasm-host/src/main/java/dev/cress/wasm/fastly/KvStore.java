package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.KeyValueStore.Item;
import dev.cress.wasm.guest.KeyValueStore.StoreException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A KV store as a run has it open. What it is asked is done at once; the guest hears of it when it
/// waits for it.
final class KvStore {
    /// An item's value and what is added to it may change in between so often.
    private static final int TRIES_MAX = 8;

    private final FastlyRun run;
    private final KeyValueStore store;

    KvStore(FastlyRun run, KeyValueStore store) {
        this.run = run;
        this.store = store;
    }

    /// `kv_error`.
    enum Result {
        OK(1),
        BAD_REQUEST(2),
        NOT_FOUND(3),
        PRECONDITION_FAILED(4),
        PAYLOAD_TOO_LARGE(5),
        INTERNAL_ERROR(6),
        TOO_MANY_REQUESTS(7);

        private final int code;

        Result(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /// `kv_insert_mode`, in its order.
    enum Mode {
        OVERWRITE,
        ADD,
        APPEND,
        PREPEND;

        private static final List<Mode> ALL = List.of(values());

        static Mode of(int number) {
            if (number < 0 || number >= ALL.size()) {
                throw new Refused(Status.INVAL);
            }
            return ALL.get(number);
        }
    }

    /// How an insertion is meant.
    ///
    /// @param expected the generation that must be there, or empty for any
    record Insertion(
            Mode mode, String metadata, @Nullable Duration timeToLive, OptionalLong expected) {
        static final Insertion PLAIN =
                new Insertion(Mode.OVERWRITE, "", null, OptionalLong.empty());
    }

    record Lookup(Result result, @Nullable Item item) {}

    record Done(Result result) {}

    record Listing(Result result, String json) {}

    Lookup lookup(String key) {
        try {
            Optional<Item> found = store.get(key);
            return new Lookup(found.isPresent() ? Result.OK : Result.NOT_FOUND, found.orElse(null));
        } catch (StoreException e) {
            return new Lookup(failed(e), null);
        } finally {
            run.host().word().checkStopped();
        }
    }

    Done delete(String key) {
        try {
            return new Done(store.delete(key) ? Result.OK : Result.NOT_FOUND);
        } catch (StoreException e) {
            return new Done(failed(e));
        } finally {
            run.host().word().checkStopped();
        }
    }

    Done insert(String key, byte[] value, Insertion how) {
        try {
            return new Done(
                    switch (how.mode()) {
                        case OVERWRITE -> put(key, value, how, how.expected());
                        case ADD -> put(key, value, how, OptionalLong.of(KeyValueStore.ABSENT));
                        case APPEND, PREPEND -> extend(key, value, how);
                    });
        } catch (StoreException e) {
            return new Done(failed(e));
        } finally {
            run.host().word().checkStopped();
        }
    }

    private Result put(String key, byte[] value, Insertion how, OptionalLong expected)
            throws StoreException {
        OptionalLong generation = store.put(key, value, how.metadata(), how.timeToLive(), expected);
        return generation.isPresent() ? Result.OK : Result.PRECONDITION_FAILED;
    }

    private Result extend(String key, byte[] value, Insertion how) throws StoreException {
        for (int i = 0; i < TRIES_MAX; i++) {
            run.host().word().checkStopped();
            Optional<Item> before = store.get(key);
            long generation = before.map(Item::generation).orElse(KeyValueStore.ABSENT);
            if (how.expected().isPresent() && how.expected().getAsLong() != generation) {
                return Result.PRECONDITION_FAILED;
            }
            byte[] old = before.map(Item::value).orElse(new byte[0]);
            if ((long) old.length + value.length > KeyValueStore.VALUE_BYTES_MAX) {
                return Result.PAYLOAD_TOO_LARGE;
            }
            boolean last = how.mode() == Mode.APPEND;
            byte[] joined = new byte[old.length + value.length];
            System.arraycopy(old, 0, joined, last ? 0 : value.length, old.length);
            System.arraycopy(value, 0, joined, last ? old.length : 0, value.length);
            if (put(key, joined, how, OptionalLong.of(generation)) == Result.OK) {
                return Result.OK;
            }
        }
        return Result.TOO_MANY_REQUESTS;
    }

    /// @param cursor what the listing before gave as its next, or empty
    Listing list(String prefix, String cursor, int limit) {
        try {
            String after = new String(Base64.getDecoder().decode(cursor), UTF_8);
            List<String> keys = store.list(prefix, after, limit);
            return new Listing(Result.OK, json(prefix, keys, limit));
        } catch (StoreException e) {
            return new Listing(failed(e), "");
        } catch (IllegalArgumentException notBase64) {
            return new Listing(Result.BAD_REQUEST, "");
        } finally {
            run.host().word().checkStopped();
        }
    }

    private static String json(String prefix, List<String> keys, int limit) {
        var json = new StringBuilder("{\"data\":[");
        for (int i = 0; i < keys.size(); i++) {
            json.append(i == 0 ? "" : ",").append(Json.quoted(keys.get(i)));
        }
        json.append("],\"meta\":{\"limit\":").append(limit);
        if (!prefix.isEmpty()) {
            json.append(",\"prefix\":").append(Json.quoted(prefix));
        }
        if (keys.size() == limit) {
            byte[] last = keys.getLast().getBytes(UTF_8);
            json.append(",\"next_cursor\":\"").append(Base64.getEncoder().encodeToString(last));
            json.append('"');
        }
        return json.append("}}").toString();
    }

    private Result failed(StoreException e) {
        run.warn("KV store: " + e.getMessage());
        return e.refused() ? Result.BAD_REQUEST : Result.INTERNAL_ERROR;
    }
}
