package dev.cress.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.contract.Json;

import java.net.http.HttpHeaders;

/// What the control plane answered.
record Reply(int status, HttpHeaders headers, String text) {
    JsonNode json() {
        try {
            return Json.LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    <T> T as(Class<T> type) {
        try {
            return Json.LENIENT.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not a " + type.getSimpleName() + ": " + text, e);
        }
    }

    String code() {
        return json().path("code").asText();
    }

    String detail() {
        return json().path("detail").asText();
    }
}
