package dev.cress.control.api;

import dev.cress.control.store.EntityTags;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// The OpenAPI 3.1 document that says what this interface takes and answers. It is written by hand,
/// and tests hold the server against it.
record OpenApiDocument(String text, String tag) {
    /// How long a reader may keep it without asking again.
    static final Duration FRESH = Duration.ofMinutes(5);

    private static final String RESOURCE = "openapi.json";

    static OpenApiDocument load() {
        try (var resource = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("this build has no " + RESOURCE);
            }
            var text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            return new OpenApiDocument(text, EntityTags.of(text));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + RESOURCE, e);
        }
    }
}
