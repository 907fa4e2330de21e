package dev.cress.wasm;

import dev.cress.wasm.guest.KeyValueStore;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// A store that lasts as long as its test.
public final class StoreInMemory implements KeyValueStore {
    private final TreeMap<String, Item> items = new TreeMap<>();
    private long generation;

    @Override
    public Optional<Item> get(String key) {
        return Optional.ofNullable(items.get(key));
    }

    @Override
    public OptionalLong put(
            String key,
            byte[] value,
            String metadata,
            @Nullable Duration timeToLive,
            OptionalLong expected) {
        Item before = items.get(key);
        long present = before == null ? ABSENT : before.generation();
        if (expected.isPresent() && expected.getAsLong() != present) {
            return OptionalLong.empty();
        }
        generation++;
        items.put(key, new Item(value, metadata, generation));
        return OptionalLong.of(generation);
    }

    @Override
    public boolean delete(String key) {
        return items.remove(key) != null;
    }

    @Override
    public List<String> list(String prefix, String after, int limit) throws StoreException {
        if (limit < 1) {
            throw new StoreException("a listing of no keys", true);
        }
        return items.tailMap(after, false).keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .limit(limit)
                .toList();
    }
}
