package dev.cress.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// One result, written `NAME key=value …`. Neither keys nor values have blanks in them.
record Line(String name, SequencedMap<String, String> values) {
    private static final double WHOLE_FROM = 100;
    private static final double FINE_BELOW = 1;

    Line {
        values = new LinkedHashMap<>(values);
        values.forEach((key, value) -> check(key + value));
        check(name);
    }

    static Line of(String name) {
        return new Line(name, new LinkedHashMap<>());
    }

    Line with(String key, String value) {
        var more = new LinkedHashMap<>(values);
        more.put(key, value);
        return new Line(name, more);
    }

    Line with(String key, long value) {
        return with(key, Long.toString(value));
    }

    /// With three digits after the point, or one, or none, as far as they say something.
    Line with(String key, double value) {
        String format = value < FINE_BELOW ? "%.3f" : value < WHOLE_FROM ? "%.1f" : "%.0f";
        return with(key, String.format(Locale.ROOT, format, value));
    }

    private static void check(String text) {
        if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c == '=')) {
            throw new IllegalArgumentException(
                    "'%s' must not be empty or have blanks".formatted(text));
        }
    }

    @Override
    public String toString() {
        return name
                + values.entrySet().stream()
                        .map(Map.Entry::toString)
                        .collect(Collectors.joining(" ", " ", ""));
    }
}
