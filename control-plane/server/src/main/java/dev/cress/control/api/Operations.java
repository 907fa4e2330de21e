package dev.cress.control.api;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;

import java.util.Map;

/// What this server says of itself. Lives on the event loop.
final class Operations {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry meters;
    private final OpenApiDocument document = OpenApiDocument.load();

    Operations(PrometheusMeterRegistry meters) {
        this.meters = meters;
    }

    Future<Answer> health(Call call) {
        return Future.succeededFuture(Answer.ok(Map.of("status", "ok")));
    }

    Future<Answer> openApi(Call call) {
        var response =
                call.response()
                        .putHeader(
                                "cache-control",
                                "public, max-age=" + OpenApiDocument.FRESH.toSeconds());
        if (ApiServer.isKnown(call.request(), document.tag())) {
            return response.setStatusCode(304).end().map(Answer.STREAMED);
        }
        return response.putHeader("content-type", "application/json")
                .end(document.text())
                .map(Answer.STREAMED);
    }

    Future<Answer> metrics(Call call) {
        return call.response()
                .putHeader("content-type", PROMETHEUS_TEXT)
                .end(meters.scrape())
                .map(_ -> Answer.STREAMED);
    }
}
