package dev.cress.router;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;

/// What all requests of one event loop share.
record Lane(
        Vertx vertx,
        HttpClient client,
        RetryBudget retries,
        FleetWatch fleet,
        RouterMetrics metrics,
        RouterConfig.Upstream limits) {}
