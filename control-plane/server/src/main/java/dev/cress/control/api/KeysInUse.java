package dev.cress.control.api;

import dev.cress.control.store.Refusal;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Idempotency keys of requests that are under way on this server, at most one for each of them. Of
/// two that come to different servers the store makes the second wait. Lives on the event loop.
final class KeysInUse {
    private static final int RETRY_AFTER_S = 1;

    private record Key(String token, String text) {}

    private final Set<Key> keys = new HashSet<>();

    /// The same endpoint, for one request with a key at a time.
    Endpoint.Handler guard(Endpoint.Handler handler) {
        return call -> {
            var text = call.idempotencyKey();
            if (text.isEmpty()) {
                return handler.handle(call);
            }
            var key = new Key(call.caller().tokenId(), text.get());
            if (!keys.add(key)) {
                throw inUse();
            }
            try {
                return handler.handle(call).onComplete(_ -> keys.remove(key));
            } catch (RuntimeException e) {
                keys.remove(key);
                throw e;
            }
        };
    }

    private static Refusal inUse() {
        return Refusal.of(
                409,
                "key-in-use",
                "Key in use",
                "a request with this idempotency key is under way: its answer can be had after it",
                Map.of("retry-after", Integer.toString(RETRY_AFTER_S)));
    }
}
