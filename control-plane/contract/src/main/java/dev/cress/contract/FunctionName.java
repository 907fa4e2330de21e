package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// The name that somebody deploys to, and whose it is: `NAME` for a function of the tenant
/// `default`, `NAME.TENANT` for one of another, which is what stands before the fleet's domain in
/// the function's own host. `NAME` is a DNS label (RFC 1035) of at most [#LENGTH_MAX] characters,
/// in lower case, without `--`, which separates previews.
public record FunctionName(@JsonValue String value) implements Comparable<FunctionName> {
    /// Characters of `NAME`, leaving room in a DNS label for `v1234--`.
    public static final int LENGTH_MAX = 40;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public FunctionName {
        int dot = value.indexOf('.');
        Label.check("invalid-name", "name", dot < 0 ? value : value.substring(0, dot), LENGTH_MAX);
        if (dot >= 0 && new TenantName(value.substring(dot + 1)).isDefault()) {
            throw new ContractException(
                    "invalid-name",
                    "name '%s': a function of tenant %s is called '%s'"
                            .formatted(value, TenantName.DEFAULT, value.substring(0, dot)));
        }
    }

    /// A tenant's function of this name.
    ///
    /// @param name without its tenant
    public static FunctionName of(TenantName tenant, String name) {
        return new FunctionName(tenant.isDefault() ? name : name + "." + tenant);
    }

    /// Whose it is.
    public TenantName tenant() {
        int dot = value.indexOf('.');
        return dot < 0 ? TenantName.DEFAULT : new TenantName(value.substring(dot + 1));
    }

    /// What its tenant calls it.
    public String name() {
        int dot = value.indexOf('.');
        return dot < 0 ? value : value.substring(0, dot);
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
