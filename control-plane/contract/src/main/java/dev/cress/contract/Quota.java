package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonInclude;

import org.jspecify.annotations.Nullable;

/// How much of the fleet one tenant may use; what is null has no limit of the tenant's own.
///
/// @param functions that it may have, 0 or more
/// @param storageBytes that its modules and archives of files may come to, 0 or more
/// @param concurrency requests that run at once on one node, of all its functions together, 1 or
///     more
/// @param requestsPerSecond that all nodes together may take, 1 or more
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Quota(
        @Nullable Integer functions,
        @Nullable Long storageBytes,
        @Nullable Integer concurrency,
        @Nullable Integer requestsPerSecond) {
    /// No limits.
    public static final Quota NONE = new Quota(null, null, null, null);

    /// What a new tenant has if nothing else is said.
    public static final Quota DEFAULT = new Quota(100, 1L << 30, 256, 1_000);

    public Quota {
        check("functions", functions, 0);
        check("storage_bytes", storageBytes, 0);
        check("concurrency", concurrency, 1);
        check("requests_per_second", requestsPerSecond, 1);
    }

    private static void check(String key, @Nullable Number value, int least) {
        if (value != null && value.longValue() < least) {
            throw new ContractException(
                    "invalid-quota", "%s = %s, at least %d".formatted(key, value, least));
        }
    }
}
