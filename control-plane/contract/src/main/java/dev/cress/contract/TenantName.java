package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// Whose functions, uploads and tokens something belongs to: a DNS label (RFC 1035) of at most
/// [#LENGTH_MAX] characters, in lower case, without `--`.
public record TenantName(@JsonValue String value) implements Comparable<TenantName> {
    /// Characters in a name.
    public static final int LENGTH_MAX = 40;

    /// Who everything belongs to where nobody speaks of tenants. It is always there.
    public static final TenantName DEFAULT = new TenantName("default");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TenantName {
        Label.check("invalid-tenant", "tenant", value, LENGTH_MAX);
    }

    /// Whether its functions' names go without it.
    public boolean isDefault() {
        return equals(DEFAULT);
    }

    @Override
    public int compareTo(TenantName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
