package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a member of the fleet is there for.
public enum Role {
    NODE,
    ROUTER,
    RELAY;

    /// The word on the wire.
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The role of this word.
    @JsonCreator
    public static Role of(String text) {
        return Arrays.stream(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ContractException(
                                        "invalid-role",
                                        "role '%s' is not one of %s"
                                                .formatted(
                                                        text,
                                                        Arrays.stream(values())
                                                                .map(Role::text)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }
}
