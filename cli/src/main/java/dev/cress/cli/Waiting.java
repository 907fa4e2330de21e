package dev.cress.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Whether another part of the house is there, asked for a bounded time.
final class Waiting {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Waiting() {}

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
