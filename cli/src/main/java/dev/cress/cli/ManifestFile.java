package dev.cress.cli;

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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// `cress.toml` as somebody writes it: what a version declares, and what only the command needs.
///
/// @param name the function
/// @param module the module's path, relative to the file
/// @param rollout how a new version gets the traffic
/// @param build how the module is made; a deploy takes it as it is
record ManifestFile(
        @Nullable String name,
        @Nullable String module,
        @Nullable String abi,
        @JsonProperty("route") @Nullable List<Route> routes,
        @Nullable Limits limits,
        @Nullable Capabilities capabilities,
        @Nullable Boolean snapshot,
        @Nullable Warmup warmup,
        @Nullable LogLevel logLevel,
        @Nullable Assets assets,
        @JsonProperty("filter") @Nullable List<InFront> filters,
        @Nullable RolloutTable rollout,
        @Nullable Placement placement,
        @Nullable Build build) {
    static final String FILE_NAME = "cress.toml";
    private static final int FILE_BYTES_MAX = 1 << 20;

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
    ///
    /// @param config what it finds in its environment
    /// @param outbound where it may send requests
    /// @param secrets names of secrets that it may read
    /// @param kv names of stores that it may use
    /// @param scratchMib MiB of files that a request may keep at `/tmp`
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

    /// The files that a version brings.
    ///
    /// @param dir the folder with them, relative to the file
    /// @param serve whether nodes answer requests for them without the guest
    record Assets(@Nullable String dir, boolean serve) {}

    /// A module in front of the function's own.
    ///
    /// @param module its path, relative to the file
    /// @param config what its guest gets for `get_config`
    record InFront(@Nullable String module, @Nullable Map<String, String> config) {}

    /// How the module is made from its source.
    ///
    /// @param watch the files whose change calls for it
    record Build(@Nullable String command, @Nullable List<String> watch) {}

    static ManifestFile read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new CliException(
                        "%s has %d bytes, at most %d"
                                .formatted(file, Files.size(file), FILE_BYTES_MAX));
            }
            return TOML.readValue(Files.readString(file), ManifestFile.class);
        } catch (JsonProcessingException e) {
            ContractException explained = Json.explain(e);
            throw new CliException(file + ": " + explained.getMessage());
        } catch (IOException e) {
            throw new CliException("%s can't be read: %s".formatted(file, e));
        }
    }

    /// The part that the version keeps, without its files and filters, which it names by what they
    /// are once they are uploaded.
    Manifest manifest() {
        return new Manifest(
                abi == null ? "auto" : abi,
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
