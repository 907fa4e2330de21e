package dev.cress.control.store;

import dev.cress.contract.ContractException;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a token is for. `operator` may do everything, the others what an endpoint lists.
public enum Scope {
    OPERATOR,
    DEPLOY,
    READ,
    JOIN,
    METRICS;

    /// Whether it is for a tenant's own things; the others are for the fleet's.
    public boolean isTenants() {
        return this == DEPLOY || this == READ;
    }

    /// The word on the wire.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The scope of this word.
    public static Scope of(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.text().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ContractException(
                                        "invalid-scope",
                                        "scope '%s' is not one of %s"
                                                .formatted(
                                                        text,
                                                        Arrays.stream(values())
                                                                .map(Scope::text)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }
}
