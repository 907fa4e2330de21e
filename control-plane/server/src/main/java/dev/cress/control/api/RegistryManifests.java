package dev.cress.control.api;

import dev.cress.contract.Api;
import dev.cress.contract.CressHeader;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Sha256;
import dev.cress.contract.Tag;
import dev.cress.control.module.PushedManifest;
import dev.cress.control.module.Pushes;
import dev.cress.control.module.Uploads;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Pushed.Artifact;
import dev.cress.control.store.Pushed.Blob;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Uploaded;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Manifests and tags as registry tools push and pull them. Lives on the event loop.
final class RegistryManifests {
    private static final String DIGEST = "docker-content-digest";
    private static final String SHA256 = "sha256:";
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";

    private final Pushes pushes;
    private final Pushed pushed;

    RegistryManifests(Pushes pushes, Pushed pushed) {
        this.pushes = pushes;
        this.pushed = pushed;
    }

    /// What tools are told of a function's tags.
    record Tags(String name, List<String> tags) {}

    /// An index without manifests, as image specification 1.1 has it.
    private static final Map<String, Object> NO_REFERRERS =
            Map.of("schemaVersion", 2, "mediaType", INDEX, "manifests", List.of());

    Future<Answer> put(Call call, FunctionName function, String reference) {
        boolean isDigest = isDigest(reference);
        @Nullable String type = mediaType(call.request().getHeader("content-type"));
        return call.bytes(PushedManifest.BYTES_MAX)
                .compose(
                        bytes -> {
                            Sha256 sha256 = Sha256.of(bytes);
                            if (isDigest && !PushedManifest.digest(reference).equals(sha256)) {
                                throw Refusal.of(
                                        400,
                                        "DIGEST_INVALID",
                                        "Other bytes",
                                        "the manifest that came is sha256:%s, not %s"
                                                .formatted(sha256, reference));
                            }
                            var sent =
                                    new Pushes.Sent(
                                            function,
                                            isDigest ? null : reference,
                                            sha256,
                                            PushedManifest.read(bytes, type));
                            var sender =
                                    new Uploads.Sender(
                                            new Uploaded.Sender(function.tenant(), null),
                                            call.gone());
                            return pushes.push(sender, call.actor(), sent, bytes);
                        })
                .map(
                        artifact -> {
                            var headers = new HashMap<>(headers(artifact));
                            headers.put(
                                    "location",
                                    RegistryEndpoints.path(
                                            function,
                                            "/manifests/"
                                                    + PushedManifest.text(artifact.sha256())));
                            return RegistryBlobs.empty(201, headers);
                        });
    }

    /// Without its parameters.
    private static @Nullable String mediaType(@Nullable String header) {
        return header == null ? null : header.replaceFirst("\\s*;.*", "");
    }

    private static boolean isDigest(String reference) {
        if (reference.startsWith(SHA256)) {
            PushedManifest.digest(reference);
            return true;
        }
        if (!TAG.matcher(reference).matches()) {
            throw Refusal.of(
                    400,
                    "MANIFEST_INVALID",
                    "No tag",
                    "'%s' is no tag: 1 to 128 characters of a-z, A-Z, 0-9, '_', '.' and '-'"
                            .formatted(reference));
        }
        return false;
    }

    private static Map<String, String> headers(Artifact artifact) {
        return Map.of(
                DIGEST,
                PushedManifest.text(artifact.sha256()),
                CressHeader.VERSION.text(),
                Integer.toString(artifact.version()));
    }

    Future<Answer> get(Call call, FunctionName function, String reference) {
        isDigest(reference);
        return pushed.find(function, reference)
                .compose(
                        found ->
                                send(
                                        call,
                                        function,
                                        found.orElseThrow(() -> unknown(function, reference))))
                .map(_ -> Answer.STREAMED);
    }

    private Future<Void> send(Call call, FunctionName function, Artifact artifact) {
        return pushed.blob(function.tenant(), artifact.sha256())
                .compose(
                        found -> {
                            Blob blob =
                                    found.orElseThrow(
                                            () ->
                                                    unknown(
                                                            function,
                                                            PushedManifest.text(
                                                                    artifact.sha256())));
                            return pushed.chunk(blob, 0);
                        })
                .compose(
                        chunk -> {
                            byte[] bytes =
                                    chunk.orElseThrow(
                                            () ->
                                                    unknown(
                                                            function,
                                                            PushedManifest.text(
                                                                    artifact.sha256())));
                            headers(artifact).forEach(call.response()::putHeader);
                            call.response()
                                    .putHeader("content-type", artifact.mediaType())
                                    .putHeader("content-length", String.valueOf(bytes.length))
                                    .putHeader("etag", '"' + artifact.sha256().hex() + '"');
                            return call.request().method().equals(HttpMethod.HEAD)
                                    ? call.response().end()
                                    : call.response().end(Buffer.buffer(bytes));
                        });
    }

    private static Refusal unknown(FunctionName function, String reference) {
        return Refusal.of(
                404,
                "MANIFEST_UNKNOWN",
                "Unknown manifest",
                "nothing of %s is stored as %s: it was never pushed, or collected"
                        .formatted(function, reference));
    }

    Future<Answer> delete(Call call, FunctionName function, String reference) {
        isDigest(reference);
        return pushed.delete(call.actor(), function, reference)
                .map(
                        found -> {
                            if (!found) {
                                throw unknown(function, reference);
                            }
                            return RegistryBlobs.empty(202, Map.of());
                        });
    }

    Future<Answer> tags(Call call, FunctionName function) {
        int count = call.number("n", Api.LIST_MAX, 0, Integer.MAX_VALUE);
        int shown = Math.min(count, Api.LIST_MAX);
        String after = call.request().getParam("last", "");
        return pushed.tags(function, after, shown + 1)
                .map(
                        found -> {
                            List<String> names = found.stream().map(Tag::name).toList();
                            String name = RegistryEndpoints.path(function, "").substring(4);
                            if (names.size() <= shown) {
                                return Answer.ok(new Tags(name, names));
                            }
                            List<String> page = names.subList(0, shown);
                            var all = Answer.ok(new Tags(name, page));
                            return page.isEmpty()
                                    ? all
                                    : all.with(Map.of("link", link(function, page)));
                        });
    }

    private static String link(FunctionName function, List<String> page) {
        String list = RegistryEndpoints.path(function, "/tags/list");
        return "<%s?n=%d&last=%s>; rel=\"next\"".formatted(list, page.size(), page.getLast());
    }

    /// What refers to a manifest, signatures for one, isn't taken, so nothing does.
    Future<Answer> referrers(Call call, FunctionName function, String digest) {
        PushedManifest.digest(digest);
        call.response().putHeader("content-type", INDEX);
        return call.response().end(Json.write(NO_REFERRERS)).map(_ -> Answer.STREAMED);
    }
}
