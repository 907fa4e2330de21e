package dev.cress.control.module;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.toml.TomlFactory;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;

import dev.cress.contract.ContractException;
import dev.cress.contract.Grants;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.LogLevel;
import dev.cress.contract.Manifest;
import dev.cress.contract.Origin;
import dev.cress.contract.Placement;
import dev.cress.contract.Route;
import dev.cress.contract.Warmup;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// A `cress.toml` that was pushed beside its module: the same file that `cress deploy` takes. What
/// it says for that command alone (`name`, `module`, `build`, `rollout`) is passed over here: the
/// module is the other layer, the function stands in the path, and a push deploys nothing.
record PushedSettings(
        @Nullable Object name,
        @Nullable Object module,
        @Nullable Object build,
        @Nullable Object rollout,
        @Nullable String abi,
        @JsonProperty("route") @Nullable List<Route> routes,
        @Nullable Limits limits,
        @Nullable Capabilities capabilities,
        @Nullable Boolean snapshot,
        @Nullable Warmup warmup,
        @Nullable LogLevel logLevel,
        @Nullable Placement placement,
        @Nullable Object assets,
        @JsonProperty("filter") @Nullable Object filters) {
    private static final ObjectMapper TOML =
            TomlMapper.builder(
                            TomlFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(16)
                                                    .build())
                                    .build())
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    /// What a guest may ask of the host.
    record Capabilities(
            @Nullable Map<String, String> config,
            @Nullable List<Origin> outbound,
            @Nullable List<String> secrets,
            @Nullable List<String> kv,
            int scratchMib) {
        Grants grants() {
            return new Grants(
                    outbound == null ? List.of() : outbound,
                    secrets == null ? List.of() : secrets,
                    kv == null ? List.of() : kv,
                    scratchMib);
        }
    }

    /// What a version of these settings declares; a refusal says what is wrong with them.
    static Manifest read(byte[] toml) {
        try {
            var text = new String(toml, StandardCharsets.UTF_8);
            return TOML.readValue(text, PushedSettings.class).manifest();
        } catch (JsonProcessingException e) {
            throw PushedManifest.invalid("settings: " + Json.explain(e).getMessage());
        } catch (ContractException e) {
            throw PushedManifest.invalid("settings: " + e.getMessage());
        }
    }

    private Manifest manifest() {
        if (assets != null || filters != null) {
            throw PushedManifest.invalid(
                    "settings: '%s' names files that are not pushed: deploy this one with `cress deploy`"
                            .formatted(assets != null ? "assets" : "filter"));
        }
        return new Manifest(
                abi == null ? Manifest.AUTO : abi,
                snapshot != null && snapshot,
                routes == null ? List.of() : routes,
                limits == null ? Limits.DEFAULT : limits,
                capabilities == null || capabilities.config() == null
                        ? Map.of()
                        : capabilities.config(),
                capabilities == null ? Grants.NONE : capabilities.grants(),
                null,
                List.of(),
                warmup == null ? Warmup.DEFAULT : warmup,
                logLevel == null ? Manifest.LOG_LEVEL : logLevel,
                placement == null ? Placement.EVERYWHERE : placement);
    }
}
