package dev.cress.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.Sha256;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;

/// Speaks with a control plane as registry tools do, request by request.
record Registry(Plane plane, String token) {
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String WASM = "application/wasm";
    static final String SETTINGS = "application/vnd.cress.manifest.v1+toml";
    static final byte[] EMPTY = "{}".getBytes(UTF_8);

    static Registry of(Plane plane) {
        return new Registry(plane, plane.operator);
    }

    static String digest(byte[] bytes) {
        return "sha256:" + Sha256.of(bytes);
    }

    /// @param headers names and values in turn
    Reply send(String method, String path, byte[] body, String... headers) {
        String pair = Base64.getEncoder().encodeToString(("anybody:" + token).getBytes(UTF_8));
        var request = plane.request(path).header("authorization", "Basic " + pair);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            var response =
                    plane.client()
                            .send(
                                    request.method(method, BodyPublishers.ofByteArray(body))
                                            .build(),
                                    BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    Reply send(String method, String path) {
        return send(method, path, new byte[0]);
    }

    /// The code of the first error.
    static String error(Reply reply) {
        return reply.json().at("/errors/0/code").asText();
    }

    static String message(Reply reply) {
        return reply.json().at("/errors/0/message").asText();
    }

    static String header(Reply reply, String name) {
        return reply.headers().firstValue(name).orElse("");
    }

    /// Begins an upload, and answers where it goes on.
    String begin(String repository) {
        Reply begun = send("POST", "/v2/" + repository + "/blobs/uploads/");
        if (begun.status() != 202) {
            throw new AssertionError(begun.text());
        }
        return header(begun, "location");
    }

    Reply pushBlob(String repository, byte[] blob) {
        return send("PUT", begin(repository) + "?digest=" + digest(blob), blob);
    }

    static String layer(String type, byte[] blob) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(type, digest(blob), blob.length);
    }

    /// A manifest with an empty config.
    static byte[] manifest(String... layers) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                        MANIFEST,
                        layer("application/vnd.wasm.config.v0+json", EMPTY),
                        String.join(",", layers))
                .getBytes(UTF_8);
    }

    Reply pushManifest(String repository, String reference, byte[] manifest) {
        return send(
                "PUT",
                "/v2/" + repository + "/manifests/" + reference,
                manifest,
                "content-type",
                MANIFEST);
    }

    /// Pushes a module without settings, blobs first.
    Reply push(String repository, String tag, byte[] module) {
        pushBlob(repository, EMPTY);
        Reply blob = pushBlob(repository, module);
        return blob.status() == 201
                ? pushManifest(repository, tag, manifest(layer(WASM, module)))
                : blob;
    }
}
