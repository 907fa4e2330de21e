package dev.cress.control.api;

import dev.cress.contract.Api.Collect;
import dev.cress.control.store.Collector;
import dev.cress.control.store.Refusal;

import io.vertx.core.Future;

import java.time.Duration;

/// What an operator does with a store that is in use. Lives on the event loop.
final class StoreEndpoints {
    private final Collector collector;

    StoreEndpoints(Collector collector) {
        this.collector = collector;
    }

    Future<Answer> collect(Call call) {
        return call.jsonOr(Collect.class, new Collect(null))
                .compose(asked -> collector.collect(kept(asked), call.actor()))
                .map(collected -> Answer.ok(collected.orElseThrow(StoreEndpoints::collecting)));
    }

    private static Refusal collecting() {
        return Refusal.of(
                409,
                "collecting",
                "Collecting",
                "the store is being collected already: ask again when that is done");
    }

    private static Duration kept(Collect asked) {
        Long seconds = asked.olderThanS();
        if (seconds == null) {
            return Collector.KEPT;
        }
        if (seconds < 0 || seconds > Collect.OLDER_THAN_S_MAX) {
            throw Refusal.invalid(
                    "invalid-value",
                    "key 'older_than_s' is %d, it may be 0 to %d"
                            .formatted(seconds, Collect.OLDER_THAN_S_MAX));
        }
        return Duration.ofSeconds(seconds);
    }
}
