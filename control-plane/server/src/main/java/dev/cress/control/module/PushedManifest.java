package dev.cress.control.module;

import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.contract.ContractException;
import dev.cress.contract.Json;
import dev.cress.contract.Sha256;
import dev.cress.control.store.Refusal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A manifest as registry tools push it (OCI image spec 1.1), as far as it says what a function is:
/// one layer is the module, another may have the settings.
///
/// @param mediaType of the manifest
/// @param config what it names as its config; nothing is read from that
public record PushedManifest(
        String mediaType, Descriptor config, Descriptor module, Optional<Descriptor> settings) {
    /// Bytes of a manifest.
    public static final int BYTES_MAX = 64 << 10;

    /// Of the layer that is the module: by the guidance for Wasm artifacts, and from before it.
    static final List<String> MODULE_TYPES =
            List.of("application/wasm", "application/vnd.wasm.content.layer.v1+wasm");

    /// Of the layer with the settings, a `cress.toml`.
    static final String SETTINGS_TYPE = "application/vnd.cress.manifest.v1+toml";

    /// What a push may have, for who pushed something else.
    static final String TAKEN =
            "taken are one Wasm module, a layer of type %s, and perhaps its settings, a layer of type %s: oras push HOST/NAME:TAG FILE.wasm:%s cress.toml:%s"
                    .formatted(
                            String.join(" or ", MODULE_TYPES),
                            SETTINGS_TYPE,
                            MODULE_TYPES.getFirst(),
                            SETTINGS_TYPE);

    private static final String TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final int SCHEMA_VERSION = 2;

    /// What a digest begins with.
    private static final String SHA256 = "sha256:";

    /// What names a blob.
    public record Descriptor(String mediaType, Sha256 sha256, long bytes) {}

    /// Reads a manifest; a [Refusal] says what is wrong with it.
    ///
    /// @param contentType what the sender says that it is, or null
    public static PushedManifest read(byte[] bytes, @Nullable String contentType) {
        JsonNode root = tree(bytes);
        String type = root.path("mediaType").asText(contentType == null ? TYPE : contentType);
        if (!type.equals(TYPE) || (contentType != null && !contentType.equals(type))) {
            throw invalid(
                    "it is of type '%s', sent as '%s': only %s is taken"
                            .formatted(cut(type), cut(String.valueOf(contentType)), TYPE));
        }
        if (root.path("schemaVersion").asInt() != SCHEMA_VERSION) {
            throw invalid("schemaVersion is not " + SCHEMA_VERSION);
        }
        if (!root.path("layers").isArray()) {
            throw invalid("layers is no list; " + TAKEN);
        }
        Descriptor module = null;
        Descriptor settings = null;
        for (JsonNode layer : root.path("layers")) {
            Descriptor found = descriptor("layer", layer);
            if (MODULE_TYPES.contains(found.mediaType) && module == null) {
                module = found;
            } else if (found.mediaType.equals(SETTINGS_TYPE) && settings == null) {
                settings = found;
            } else {
                boolean second =
                        MODULE_TYPES.contains(found.mediaType)
                                || found.mediaType.equals(SETTINGS_TYPE);
                throw invalid(
                        "a %slayer of type '%s'; %s"
                                .formatted(second ? "second " : "", cut(found.mediaType), TAKEN));
            }
        }
        if (module == null) {
            throw invalid("no layer is a Wasm module; " + TAKEN);
        }
        Descriptor config = descriptor("config", root.path("config"));
        return new PushedManifest(type, config, module, Optional.ofNullable(settings));
    }

    private static JsonNode tree(byte[] bytes) {
        try {
            JsonNode root = Json.STRICT.readTree(bytes);
            if (root.isObject()) {
                return root;
            }
        } catch (IOException e) {
            throw invalid("it is no JSON: " + e.getMessage());
        }
        throw invalid("it is no JSON object");
    }

    private static Descriptor descriptor(String what, JsonNode node) {
        JsonNode size = node.path("size");
        if (!size.isIntegralNumber() || !size.canConvertToLong() || size.asLong() < 0) {
            throw invalid("%s has no size in bytes".formatted(what));
        }
        return new Descriptor(
                node.path("mediaType").asText(),
                digest(node.path("digest").asText()),
                size.asLong());
    }

    /// What stands behind `sha256:`; a [Refusal] if it is another digest or none.
    public static Sha256 digest(String text) {
        if (text.startsWith(SHA256)) {
            try {
                return new Sha256(text.substring(SHA256.length()));
            } catch (ContractException e) {
                // Said below, as with another algorithm's.
            }
        }
        throw Refusal.of(
                400,
                "DIGEST_INVALID",
                "No digest",
                "'%s' is not sha256: and 64 lower-case hex digits, the only digests here"
                        .formatted(cut(text)));
    }

    /// As it stands in paths and headers.
    public static String text(Sha256 sha256) {
        return SHA256 + sha256;
    }

    private static String cut(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    static Refusal invalid(String why) {
        return Refusal.of(400, "MANIFEST_INVALID", "Manifest refused", why);
    }
}
