package dev.cress.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.util.stream.Collectors;

/// The one mapping between the contract's records and JSON: snake_case names, unknown keys refused.
/// Thread-safe.
public enum Json {
    ;

    /// Characters of one text value: a frame or body is bounded by its reader long before.
    private static final int STRING_LENGTH_MAX = 1 << 20;

    /// Strict in what it reads: an unknown key, a duplicate key and anything after the value are
    /// errors.
    public static final ObjectMapper STRICT = mapper(true);

    /// For answers and frames of a peer that may be newer: unknown keys are passed over.
    public static final ObjectMapper LENIENT = mapper(false);

    private static ObjectMapper mapper(boolean strict) {
        var factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(64)
                                        .maxStringLength(STRING_LENGTH_MAX)
                                        .build())
                        .build();
        return JsonMapper.builder(factory)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                // The same value is the same text, in every process: entity tags are made of it.
                .configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true)
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, strict)
                .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true)
                .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                .build();
    }

    /// This value as JSON text.
    public static String write(Object value) {
        try {
            return STRICT.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("can't write " + value.getClass().getSimpleName(), e);
        }
    }

    /// Reads a value, strictly. A [ContractException] says what is wrong and where.
    public static <T> T read(String text, Class<T> type) {
        try {
            T value = STRICT.readValue(text, type);
            if (value == null) {
                throw new ContractException("invalid-json", "expected an object, found null");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw explain(e);
        }
    }

    /// Says in our words what a mapper found wrong: the key, where it stands, and what is known
    /// there.
    public static ContractException explain(JsonProcessingException e) {
        Throwable cause = e.getCause();
        while (cause != null) {
            if (cause instanceof ContractException ours) {
                return ours;
            }
            cause = cause.getCause();
        }
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known =
                    unknown.getKnownPropertyIds().stream()
                            .map(Object::toString)
                            .sorted()
                            .collect(Collectors.joining(", "));
            return new ContractException(
                    "unknown-key",
                    "unknown key '%s': known here are %s".formatted(path(unknown), known));
        }
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            return new ContractException(
                    "invalid-value",
                    "key '%s': %s".formatted(path(mapping), e.getOriginalMessage()));
        }
        var at = e.getLocation();
        String where =
                at == null
                        ? ""
                        : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
        return new ContractException(
                "invalid-json", "can't be read%s: %s".formatted(where, e.getOriginalMessage()));
    }

    private static String path(JsonMappingException e) {
        var path = new StringBuilder();
        for (var step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }
}
