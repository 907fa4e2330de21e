package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;

import java.util.List;
import java.util.regex.Pattern;

/// What a function may ask of its node beside the request; nothing by default.
///
/// @param outbound where it may send requests, at most [#ENTRIES_MAX]
/// @param secrets names of secrets that it may read, as environment variables are called, at most
///     [#ENTRIES_MAX]
/// @param kv names of stores that it may use, letters, digits, `-`, `_` and `.`, at most
///     [#ENTRIES_MAX]
/// @param scratchMib MiB of files that one request may keep in memory, at `/tmp`, 0 to
///     [#SCRATCH_MIB_MAX]
public record Grants(List<Origin> outbound, List<String> secrets, List<String> kv, int scratchMib) {
    public static final int ENTRIES_MAX = 100;
    public static final int SCRATCH_MIB_MAX = 64;
    public static final Grants NONE = new Grants(List.of(), List.of(), List.of());

    private static final Pattern SECRET = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern STORE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /// One without a scratch folder.
    public Grants(List<Origin> outbound, List<String> secrets, List<String> kv) {
        this(outbound, secrets, kv, 0);
    }

    @JsonCreator
    public Grants {
        outbound = outbound == null ? List.of() : List.copyOf(outbound);
        secrets = secrets == null ? List.of() : List.copyOf(secrets);
        kv = kv == null ? List.of() : List.copyOf(kv);
        checkCount("outbound", outbound);
        checkCount("secrets", secrets);
        checkCount("kv", kv);
        checkNames("secret", secrets, SECRET);
        checkNames("kv", kv, STORE);
        if (scratchMib < 0 || scratchMib > SCRATCH_MIB_MAX) {
            throw refused(
                    "scratch_mib = %d is out of range: 0 to %d"
                            .formatted(scratchMib, SCRATCH_MIB_MAX));
        }
        if (outbound.stream().map(Origin::name).distinct().count() < outbound.size()) {
            throw refused("outbound has two origins of one name: " + outbound);
        }
    }

    /// This name, if a secret may be called so.
    public static String requireSecretName(String name) {
        if (!SECRET.matcher(name).matches()) {
            throw new ContractException(
                    "invalid-name",
                    "secret name '%s' must match %s".formatted(name, SECRET.pattern()));
        }
        return name;
    }

    private static void checkCount(String what, List<?> entries) {
        if (entries.size() > ENTRIES_MAX) {
            throw refused(
                    "%s has %d entries, at most %d".formatted(what, entries.size(), ENTRIES_MAX));
        }
    }

    private static void checkNames(String what, List<String> names, Pattern allowed) {
        for (String name : names) {
            if (!allowed.matcher(name).matches()) {
                throw refused(
                        "%s name '%s' must match %s".formatted(what, name, allowed.pattern()));
            }
        }
    }

    private static ContractException refused(String what) {
        return new ContractException("invalid-manifest", "capabilities." + what);
    }
}
