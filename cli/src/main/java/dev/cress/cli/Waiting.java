package dev.cress.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for something that another part of the house does, for a bounded time.
final class Waiting {
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Waiting() {}

    static void until(String what, Duration max, BooleanSupplier condition) {
        long end = System.nanoTime() + max.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new CliException(
                        "gave up after %d s waiting until %s".formatted(max.toSeconds(), what));
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    /// Whether this URL answers 200.
    static boolean answers(URI url) {
        try {
            var request = HttpRequest.newBuilder(url).timeout(ANSWER_MAX).build();
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
