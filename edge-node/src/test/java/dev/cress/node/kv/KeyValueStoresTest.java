package dev.cress.node.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.KeyValueStore.Item;
import dev.cress.wasm.guest.KeyValueStore.StoreException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/// Guests find what they put, as long as it should last, and nobody else's.
@Timeout(60)
class KeyValueStoresTest {
    private static final OptionalLong ANY = OptionalLong.empty();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InstantSource time = now::get;
    private final Clock clock = time.withZone(ZoneOffset.UTC);
    @TempDir private Path folder;
    private KeyValueStores stores;

    @BeforeEach
    void open() {
        stores = new KeyValueStores(folder.resolve("kv.db"), clock);
    }

    @AfterEach
    void close() {
        stores.close();
    }

    private OptionalLong put(String store, String key, String value, OptionalLong expected) {
        return put(store, key, value, null, expected);
    }

    private OptionalLong put(
            String store,
            String key,
            String value,
            @Nullable Duration timeToLive,
            OptionalLong expected) {
        var item = new Item(value.getBytes(UTF_8), "of " + key, KeyValueStore.ABSENT);
        return stores.put(store, key, item, timeToLive, expected).join();
    }

    private Optional<String> value(String store, String key) {
        return stores.get(store, key).join().map(item -> new String(item.value(), UTF_8));
    }

    private static void refused(CompletableFuture<?> answer, String message) {
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(((StoreException) e).refused()).isTrue());
    }

    @Test
    void whatIsPutIsFoundInItsStoreAndAfterARestart() {
        put("a", "ключ", "v", ANY);
        assertThat(value("a", "ключ")).contains("v");
        assertThat(stores.get("a", "ключ").join().orElseThrow().metadata()).isEqualTo("of ключ");
        assertThat(value("b", "ключ")).isEmpty();
        stores.close();
        open();
        assertThat(value("a", "ключ")).contains("v");
    }

    @Test
    void aGenerationNeverComesBack() {
        long first = put("a", "k", "1", ANY).orElseThrow();
        long second = put("a", "k", "2", ANY).orElseThrow();
        assertThat(stores.delete("a", "k").join()).isTrue();
        assertThat(stores.delete("a", "k").join()).isFalse();
        long third = put("a", "k", "1", ANY).orElseThrow();
        assertThat(second).isGreaterThan(first);
        assertThat(third).isGreaterThan(second);
    }

    @Test
    void aPutThatExpectsAnotherGenerationChangesNothing() {
        var absent = OptionalLong.of(KeyValueStore.ABSENT);
        long first = put("a", "k", "1", absent).orElseThrow();
        assertThat(put("a", "k", "2", absent)).isEmpty();
        assertThat(put("a", "k", "2", OptionalLong.of(first + 7))).isEmpty();
        assertThat(value("a", "k")).contains("1");
        assertThat(put("a", "k", "2", OptionalLong.of(first))).isPresent();
        assertThat(value("a", "k")).contains("2");
    }

    @Test
    void ofManyWhoExpectTheSameGenerationOneWins() {
        long before = put("a", "k", "0", ANY).orElseThrow();
        var wins = new AtomicInteger();
        var all =
                IntStream.range(0, 200)
                        .mapToObj(
                                i ->
                                        CompletableFuture.runAsync(
                                                () -> {
                                                    var here = OptionalLong.of(before);
                                                    if (put("a", "k", "" + i, here).isPresent()) {
                                                        wins.incrementAndGet();
                                                    }
                                                }))
                        .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(all).join();
        assertThat(wins).hasValue(1);
    }

    @Test
    void whatHasATimeToLiveIsGoneAfterIt() {
        put("a", "k", "v", Duration.ofSeconds(90), ANY);
        put("a", "kept", "v", ANY);
        now.set(Instant.EPOCH.plusSeconds(89));
        assertThat(value("a", "k")).contains("v");
        now.set(Instant.EPOCH.plusSeconds(90));
        assertThat(value("a", "k")).isEmpty();
        assertThat(stores.list("a", "", "", 10).join()).containsExactly("kept");
        assertThat(put("a", "k", "w", OptionalLong.of(KeyValueStore.ABSENT))).isPresent();
    }

    /// A guest names any number of seconds.
    @Test
    void aTimeToLiveOfAgesNeverEnds() {
        put("a", "k", "v", Duration.ofMillis(Long.MAX_VALUE), ANY);
        put("a", "longer", "v", Duration.ofSeconds(Long.MAX_VALUE), ANY);
        now.set(Instant.EPOCH.plus(Duration.ofDays(36_500)));
        assertThat(stores.list("a", "", "", 10).join()).containsExactly("k", "longer");
    }

    @Test
    void keysAreListedByPrefixInOrderAndPageByPage() {
        for (String key : List.of("b/2", "b/10", "b", "c", "a", "b/ü", "B/1")) {
            put("a", key, "v", ANY);
        }
        assertThat(stores.list("a", "b/", "", 10).join()).containsExactly("b/10", "b/2", "b/ü");
        assertThat(stores.list("a", "b/", "b/10", 1).join()).containsExactly("b/2");
        assertThat(stores.list("a", "", "", 100).join())
                .containsExactly("B/1", "a", "b", "b/10", "b/2", "b/ü", "c");
        assertThat(stores.list("other", "", "", 100).join()).isEmpty();
    }

    @Test
    void whatIsTooLargeIsRefusedWithItsLimit() {
        byte[] large = new byte[KeyValueStore.VALUE_BYTES_MAX + 1];
        var item = new Item(large, "", 0);
        refused(stores.put("a", "k", item, null, ANY), "a value has 26214401 bytes, at most");
        var plain = new Item(new byte[1], "", 0);
        String key = "é".repeat(513);
        refused(stores.put("a", key, plain, null, ANY), "a key has 1026 bytes: from 1 to 1024");
        refused(stores.put("a", "", plain, null, ANY), "a key has 0 bytes");
        var wordy = new Item(new byte[1], "x".repeat(2_001), 0);
        refused(stores.put("a", "k", wordy, null, ANY), "metadata has 2001 bytes, at most 2000");
    }

    @Test
    void aStoreIsBoundedAndADeleteMakesRoom() {
        long room = 10_000;
        try (var small = new KeyValueStores(folder.resolve("small.db"), clock, room)) {
            var item = new Item(new byte[1_000 - "key-0".length()], "", 0);
            for (int i = 0; i < 10; i++) {
                assertThat(small.put("a", "key-" + i, item, null, ANY).join()).isPresent();
            }
            refused(
                    small.put("a", "k", item, null, ANY),
                    "store a would hold 10996 bytes, at most");
            assertThat(small.put("b", "k", item, null, ANY).join()).isPresent();
            assertThat(small.put("a", "key-0", item, null, ANY).join()).isPresent();
            small.delete("a", "key-0").join();
            assertThat(small.put("a", "k", item, null, ANY).join()).isPresent();
        }
    }
}
