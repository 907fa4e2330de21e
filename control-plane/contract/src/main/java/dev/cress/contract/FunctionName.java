package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.regex.Pattern;

/// The name that somebody deploys to: a DNS label (RFC 1035) of at most [#LENGTH_MAX] characters,
/// in lower case, without `--`, which separates previews.
public record FunctionName(@JsonValue String value) implements Comparable<FunctionName> {
    /// Characters in a name, leaving room in a DNS label for `v1234--`.
    public static final int LENGTH_MAX = 40;

    private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public FunctionName {
        if (value.length() > LENGTH_MAX) {
            throw new ContractException(
                    "invalid-name",
                    "name has %d characters, at most %d: %s…"
                            .formatted(value.length(), LENGTH_MAX, value.substring(0, LENGTH_MAX)));
        }
        if (!LABEL.matcher(value).matches() || value.contains("--")) {
            throw new ContractException(
                    "invalid-name",
                    "name '%s' is not a DNS label: use a-z, 0-9 and single '-', starting with a letter"
                            .formatted(value));
        }
    }

    @Override
    public int compareTo(FunctionName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
