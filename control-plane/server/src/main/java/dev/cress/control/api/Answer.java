package dev.cress.control.api;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What an endpoint answers.
///
/// @param body a record of the contract, or null if there is none
/// @param isTagged whether it has an entity tag, and need not be sent to who has it already
/// @param streamed whether the endpoint writes the response itself
record Answer(
        int status,
        @Nullable Object body,
        Map<String, String> headers,
        boolean isTagged,
        boolean streamed) {
    /// The endpoint has taken the response over.
    static final Answer STREAMED = new Answer(200, null, Map.of(), false, true);

    static Answer ok(Object body) {
        return new Answer(200, body, Map.of(), false, false);
    }

    /// One that says of itself whether it is still the same.
    static Answer tagged(Object body) {
        return ok(body).tagged();
    }

    Answer with(Map<String, String> more) {
        return new Answer(status, body, more, isTagged, streamed);
    }

    Answer tagged() {
        return new Answer(status, body, headers, true, streamed);
    }

    static Answer created(Object body, String location) {
        return new Answer(201, body, Map.of("location", location), false, false);
    }

    static Answer empty() {
        return new Answer(204, null, Map.of(), false, false);
    }
}
