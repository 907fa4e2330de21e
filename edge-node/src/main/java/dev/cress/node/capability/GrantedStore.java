package dev.cress.node.capability;

import dev.cress.node.kv.KeyValueStores;
import dev.cress.wasm.guest.KeyValueStore;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One store as one run uses it: waits for each answer, unless the run is stopped.
record GrantedStore(KeyValueStores stores, String name, RunWait answers) implements KeyValueStore {
    @Override
    public Optional<Item> get(String key) throws StoreException {
        return answers.on(stores.get(name, key));
    }

    @Override
    public OptionalLong put(
            String key,
            byte[] value,
            String metadata,
            @Nullable Duration timeToLive,
            OptionalLong expected)
            throws StoreException {
        return answers.on(
                stores.put(name, key, new Item(value, metadata, ABSENT), timeToLive, expected));
    }

    @Override
    public boolean delete(String key) throws StoreException {
        return answers.on(stores.delete(name, key));
    }

    @Override
    public List<String> list(String prefix, String after, int limit) throws StoreException {
        return answers.on(stores.list(name, prefix, after, limit));
    }
}
