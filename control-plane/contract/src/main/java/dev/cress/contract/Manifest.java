package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

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
/// @param warmup what a node asks of it before anybody else does
public record Manifest(
        String abi,
        boolean snapshot,
        @JsonProperty("route") List<Route> routes,
        Limits limits,
        Map<String, String> config,
        @JsonProperty("capabilities") Grants grants,
        @Nullable Bundle assets,
        Warmup warmup) {
    /// The entry conventions there are, besides `auto`.
    public static final List<String> ABIS =
            List.of("wasi-cgi", "http-wasm", "fastly", "extism", "javascript");

    public static final int ROUTES_MAX = 100;
    public static final int CONFIG_BYTES_MAX = 64 * 1024;
    public static final Manifest DEFAULT =
            new Manifest("auto", List.of(), Limits.DEFAULT, Map.of(), Warmup.DEFAULT);

    private static final Pattern CONFIG_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /// One that grants nothing and brings no files.
    public Manifest(
            String abi,
            List<Route> routes,
            Limits limits,
            Map<String, String> config,
            Warmup warmup) {
        this(abi, false, routes, limits, config, Grants.NONE, null, warmup);
    }

    @JsonCreator
    public Manifest {
        abi = abi == null || abi.isEmpty() ? "auto" : abi;
        routes = routes == null ? List.of() : List.copyOf(routes);
        limits = limits == null ? Limits.DEFAULT : limits;
        config = config == null ? Map.of() : Map.copyOf(config);
        grants = grants == null ? Grants.NONE : grants;
        warmup = warmup == null ? Warmup.DEFAULT : warmup;
        if (!abi.equals("auto") && !ABIS.contains(abi)) {
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
        checkConfig(config);
    }

    /// The same with these files.
    public Manifest with(Bundle bundle) {
        return new Manifest(abi, snapshot, routes, limits, config, grants, bundle, warmup);
    }

    private static void checkConfig(Map<String, String> config) {
        int bytes = 0;
        for (var entry : config.entrySet()) {
            if (!CONFIG_NAME.matcher(entry.getKey()).matches()) {
                throw new ContractException(
                        "invalid-manifest",
                        "config name '%s' must be letters, digits and '_'"
                                .formatted(entry.getKey()));
            }
            if (entry.getValue().indexOf('\0') >= 0) {
                throw new ContractException(
                        "invalid-manifest",
                        "config value of '%s' has a NUL".formatted(entry.getKey()));
            }
            bytes +=
                    entry.getKey().length()
                            + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > CONFIG_BYTES_MAX) {
            throw new ContractException(
                    "invalid-manifest",
                    "config has %d bytes, at most %d".formatted(bytes, CONFIG_BYTES_MAX));
        }
    }
}
