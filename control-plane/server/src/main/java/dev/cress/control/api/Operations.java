package dev.cress.control.api;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;

import java.util.Map;

/// What a supervisor asks. Lives on the event loop.
final class Operations {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry meters;

    Operations(PrometheusMeterRegistry meters) {
        this.meters = meters;
    }

    Future<Answer> health(Call call) {
        return Future.succeededFuture(Answer.ok(Map.of("status", "ok")));
    }

    Future<Answer> metrics(Call call) {
        return call.response()
                .putHeader("content-type", PROMETHEUS_TEXT)
                .end(meters.scrape())
                .map(_ -> Answer.STREAMED);
    }
}
