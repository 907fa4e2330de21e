package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What a version declares beside its module. Missing parts are the defaults, so that two manifests
/// that mean the same are equal.
///
/// @param abi `auto`, or the entry convention by its name, one of [#ABIS]
/// @param snapshot whether requests begin with what the module's initialisation came to even if it
///     asked for random bytes, the time or the like
/// @param routes where it answers besides `NAME.DOMAIN`, at most [#ROUTES_MAX]
/// @param limits what one request may use
/// @param config what a CGI guest finds in its environment: names of letters, digits and `_`, at
///     most [#CONFIG_BYTES_MAX] bytes in all, as UTF-8
/// @param grants what a guest may ask of its node beside the request
/// @param assets the files that it brings, or null
/// @param filters what stands in front of it, outermost first, at most [#FILTERS_MAX]
/// @param warmup what a node asks of it before anybody else does
/// @param logLevel the least level that its log keeps; default [#LOG_LEVEL]
/// @param placement where it runs; default everywhere
public record Manifest(
        String abi,
        boolean snapshot,
        @JsonProperty("route") List<Route> routes,
        Limits limits,
        Map<String, String> config,
        @JsonProperty("capabilities") Grants grants,
        @Nullable Bundle assets,
        @JsonProperty("filter") List<Filter> filters,
        Warmup warmup,
        @JsonInclude(value = Include.CUSTOM, valueFilter = UsualLevel.class) LogLevel logLevel,
        @JsonInclude(value = Include.CUSTOM, valueFilter = Everywhere.class) Placement placement) {
    /// The entry convention that a module's imports and exports show.
    public static final String AUTO = "auto";

    /// The entry conventions there are, besides [#AUTO].
    public static final List<String> ABIS =
            List.of("wasi-cgi", "http-wasm", "fastly", "extism", "javascript");

    public static final int ROUTES_MAX = 100;
    public static final int FILTERS_MAX = 8;
    public static final int CONFIG_BYTES_MAX = 64 * 1024;
    public static final LogLevel LOG_LEVEL = LogLevel.INFO;
    public static final Manifest DEFAULT =
            new Manifest(AUTO, List.of(), Limits.DEFAULT, Map.of(), Warmup.DEFAULT);

    /// One that grants nothing, brings no files and has no filters.
    public Manifest(
            String abi,
            List<Route> routes,
            Limits limits,
            Map<String, String> config,
            Warmup warmup) {
        this(abi, false, routes, limits, config, Grants.NONE, null, List.of(), warmup, LOG_LEVEL);
    }

    /// One that runs everywhere.
    public Manifest(
            String abi,
            boolean snapshot,
            List<Route> routes,
            Limits limits,
            Map<String, String> config,
            Grants grants,
            @Nullable Bundle assets,
            List<Filter> filters,
            Warmup warmup,
            LogLevel logLevel) {
        this(
                abi,
                snapshot,
                routes,
                limits,
                config,
                grants,
                assets,
                filters,
                warmup,
                logLevel,
                Placement.EVERYWHERE);
    }

    @JsonCreator
    public Manifest {
        abi = abi == null || abi.isEmpty() ? AUTO : abi;
        routes = routes == null ? List.of() : List.copyOf(routes);
        limits = limits == null ? Limits.DEFAULT : limits;
        config = config == null ? Map.of() : Map.copyOf(config);
        grants = grants == null ? Grants.NONE : grants;
        filters = filters == null ? List.of() : List.copyOf(filters);
        warmup = warmup == null ? Warmup.DEFAULT : warmup;
        logLevel = logLevel == null ? LOG_LEVEL : logLevel;
        placement = placement == null ? Placement.EVERYWHERE : placement;
        if (!abi.equals(AUTO) && !ABIS.contains(abi)) {
            throw new ContractException(
                    "invalid-manifest",
                    "abi = \"%s\" is not known: use auto, %s"
                            .formatted(abi, String.join(", ", ABIS)));
        }
        if (routes.size() > ROUTES_MAX) {
            throw new ContractException(
                    "invalid-manifest",
                    "%d routes, at most %d".formatted(routes.size(), ROUTES_MAX));
        }
        if (filters.size() > FILTERS_MAX) {
            throw new ContractException(
                    "invalid-manifest",
                    "%d filters, at most %d".formatted(filters.size(), FILTERS_MAX));
        }
        if (!filters.isEmpty() && assets != null && assets.serve()) {
            throw new ContractException(
                    "invalid-manifest",
                    "assets.serve = true answers with files before any filter is asked: "
                            + "have the guest answer with them, or take the filters out");
        }
        ConfigRules.check("config", config);
    }

    /// The same with these files.
    public Manifest with(Bundle bundle) {
        return new Manifest(
                abi, snapshot, routes, limits, config, grants, bundle, filters, warmup, logLevel,
                placement);
    }

    /// The same with these filters.
    public Manifest with(List<Filter> inFront) {
        return new Manifest(
                abi, snapshot, routes, limits, config, grants, assets, inFront, warmup, logLevel,
                placement);
    }

    /// The same that may ask for this.
    public Manifest with(Grants asked) {
        return new Manifest(
                abi, snapshot, routes, limits, config, asked, assets, filters, warmup, logLevel,
                placement);
    }

    /// The same with a log of this level.
    public Manifest with(LogLevel level) {
        return new Manifest(
                abi, snapshot, routes, limits, config, grants, assets, filters, warmup, level,
                placement);
    }

    /// The same in this place.
    public Manifest with(Placement elsewhere) {
        return new Manifest(
                abi, snapshot, routes, limits, config, grants, assets, filters, warmup, logLevel,
                elsewhere);
    }

    /// Equals the level that isn't written, so that a control plane of the build before, which
    /// doesn't know the key, refuses only manifests that need it.
    static final class UsualLevel {
        @Override
        public boolean equals(@Nullable Object other) {
            return other == LOG_LEVEL;
        }

        @Override
        public int hashCode() {
            return LOG_LEVEL.hashCode();
        }
    }

    /// Equals the placement that isn't written, for the same reason.
    static final class Everywhere {
        @Override
        public boolean equals(@Nullable Object other) {
            return Placement.EVERYWHERE.equals(other);
        }

        @Override
        public int hashCode() {
            return Placement.EVERYWHERE.hashCode();
        }
    }
}
