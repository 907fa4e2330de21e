package dev.cress.node.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.KeyValueStore.Item;
import dev.cress.wasm.guest.KeyValueStore.StoreException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/// All stores of this node. Each call answers by a future, which fails with a [StoreException].
/// The file is opened by the first call. Thread-safe.
public final class KeyValueStores implements AutoCloseable {
    /// What the stores' file may grow to.
    public static final long FILE_BYTES_MAX = 8L << 30;

    /// What one store's items may come to, keys and metadata included.
    public static final long STORE_BYTES_MAX = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(KeyValueStores.class);
    /// What is longer never ends.
    private static final Duration TIME_TO_LIVE_MAX = Duration.ofDays(365_000);

    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    private final Path path;
    private final Clock clock;
    private final long storeBytesMax;
    private final KeyValueThread thread = new KeyValueThread(new Durable());
    private @Nullable KeyValueFile file;
    private long sweptMs;

    /// @param path of the file, made when it is first needed
    public KeyValueStores(Path path, Clock clock) {
        this(path, clock, STORE_BYTES_MAX);
    }

    KeyValueStores(Path path, Clock clock, long storeBytesMax) {
        this.path = path;
        this.clock = clock;
        this.storeBytesMax = storeBytesMax;
    }

    public CompletableFuture<Optional<Item>> get(String store, String key) {
        return run(key.isEmpty(), "a key is empty", () -> open().find(store, key, clock.millis()));
    }

    /// As [KeyValueStore#put].
    public CompletableFuture<OptionalLong> put(
            String store,
            String key,
            Item item,
            @Nullable Duration timeToLive,
            OptionalLong expected) {
        String wrong = problem(key, item);
        return run(
                !wrong.isEmpty(),
                wrong,
                () -> {
                    KeyValueFile in = open();
                    long now = clock.millis();
                    if (expected.isPresent()
                            && expected.getAsLong()
                                    != in.find(store, key, now)
                                            .map(Item::generation)
                                            .orElse(KeyValueStore.ABSENT)) {
                        return OptionalLong.empty();
                    }
                    long bytes = in.bytes(store) - in.bytes(store, key) + bytes(key) + bytes(item);
                    if (bytes > storeBytesMax) {
                        throw new StoreException(
                                "store %s would hold %d bytes, at most %d"
                                        .formatted(store, bytes, storeBytesMax),
                                true);
                    }
                    return OptionalLong.of(in.put(store, key, item, expiry(now, timeToLive)));
                });
    }

    /// When it is over, in ms since 1970; null for one that never is.
    private static @Nullable Long expiry(long nowMs, @Nullable Duration timeToLive) {
        if (timeToLive == null || timeToLive.compareTo(TIME_TO_LIVE_MAX) > 0) {
            return null;
        }
        return nowMs + timeToLive.toMillis();
    }

    private static long bytes(Item item) {
        return item.value().length + (long) item.metadata().length();
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }

    private static String problem(String key, Item item) {
        if (key.isEmpty() || bytes(key) > KeyValueStore.KEY_BYTES_MAX) {
            return "a key has %d bytes: from 1 to %d"
                    .formatted(bytes(key), KeyValueStore.KEY_BYTES_MAX);
        }
        if (item.value().length > KeyValueStore.VALUE_BYTES_MAX) {
            return "a value has %d bytes, at most %d"
                    .formatted(item.value().length, KeyValueStore.VALUE_BYTES_MAX);
        }
        if (bytes(item.metadata()) > KeyValueStore.METADATA_BYTES_MAX) {
            return "metadata has %d bytes, at most %d"
                    .formatted(bytes(item.metadata()), KeyValueStore.METADATA_BYTES_MAX);
        }
        return "";
    }

    public CompletableFuture<Boolean> delete(String store, String key) {
        return run(
                key.isEmpty(),
                "a key is empty",
                () -> {
                    boolean there = open().find(store, key, clock.millis()).isPresent();
                    open().delete(store, key);
                    return there;
                });
    }

    public CompletableFuture<List<String>> list(
            String store, String prefix, String after, int limit) {
        int count = Math.min(limit, KeyValueStore.LISTED_MAX);
        return run(
                limit < 1,
                "a listing of no keys",
                () -> open().list(store, prefix, after, count, clock.millis()));
    }

    private <T> CompletableFuture<T> run(boolean refused, String why, KeyValueThread.Work<T> work) {
        return refused
                ? CompletableFuture.failedFuture(new StoreException(why, true))
                : thread.run(work);
    }

    /// On the thread.
    private KeyValueFile open() throws SQLException {
        KeyValueFile known = file;
        if (known == null) {
            known = KeyValueFile.open(path, FILE_BYTES_MAX);
            file = known;
        }
        return known;
    }

    /// One wait for the disk.
    private final class Durable implements KeyValueThread.Transaction {
        @Override
        public void begin() throws SQLException {
            open().begin();
        }

        @Override
        public void commit() throws SQLException {
            long now = clock.millis();
            if (now - sweptMs >= SWEEP_EVERY.toMillis()) {
                sweptMs = now;
                int swept = open().sweep(now);
                LOG.debug("{} items whose time is over removed", swept);
            }
            open().commit();
        }

        @Override
        public void rollback() throws SQLException {
            open().rollback();
        }
    }

    @Override
    public void close() {
        thread.close();
        try {
            if (file != null) {
                file.close();
            }
        } catch (SQLException e) {
            LOG.warn("the key-value stores did not close cleanly: {}", e.toString());
        }
    }
}
