package dev.cress.control.api;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Sha256;
import dev.cress.control.module.BlobUploads;
import dev.cress.control.module.BlobUploads.Session;
import dev.cress.control.module.PushedManifest;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Pushed.Blob;
import dev.cress.control.store.Refusal;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.util.Map;
import java.util.regex.Pattern;

/// Blobs as registry tools push and pull them. They are their tenant's, whichever of its functions
/// they were pushed to. Lives on the event loop.
final class RegistryBlobs {
    private static final String DIGEST = "docker-content-digest";
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

    private final BlobUploads uploads;
    private final Pushed pushed;

    RegistryBlobs(BlobUploads uploads, Pushed pushed) {
        this.uploads = uploads;
        this.pushed = pushed;
    }

    Future<Answer> get(Call call, FunctionName function, String digest) {
        Sha256 sha256 = PushedManifest.digest(digest);
        return pushed.blob(function.tenant(), sha256)
                .compose(
                        found -> {
                            Blob blob = found.orElseThrow(() -> unknown(function, digest));
                            call.response().putHeader(DIGEST, digest);
                            var part =
                                    ModuleEndpoints.begin(
                                            call, "application/octet-stream", sha256, blob.bytes());
                            return call.request().method().equals(HttpMethod.HEAD)
                                    ? call.response().end()
                                    : ModuleEndpoints.send(
                                            call.response(), at -> pushed.chunk(blob, at), part);
                        })
                .map(_ -> Answer.STREAMED);
    }

    private static Refusal unknown(FunctionName function, String digest) {
        return Refusal.of(
                404,
                "BLOB_UNKNOWN",
                "Unknown blob",
                "there is no blob %s for %s".formatted(digest, function));
    }

    /// Opens an upload. With a digest the body is all of it; what is to be mounted from elsewhere
    /// is to be pushed, as tools do that are told so.
    Future<Answer> begin(Call call, FunctionName function, String rest) {
        String digest = call.request().getParam("digest");
        if (digest == null) {
            Session session = uploads.begin(function);
            return Future.succeededFuture(open(202, function, session));
        }
        Sha256 sha256 = PushedManifest.digest(digest);
        return stored(
                call,
                function,
                uploads.whole(function, call.request(), call.declaredBytes(), sha256));
    }

    Future<Answer> status(Call call, FunctionName function, String id) {
        return Future.succeededFuture(open(204, function, uploads.find(function, id)));
    }

    Future<Answer> append(Call call, FunctionName function, String id) {
        Session session = uploads.find(function, id);
        String range = call.request().getHeader("content-range");
        if (range != null) {
            requireNext(call, function, session, range);
        }
        return call.begun(uploads.append(session, call.request(), call.declaredBytes()))
                .map(_ -> open(202, function, session));
    }

    /// A piece begins where the one before ended.
    private static void requireNext(
            Call call, FunctionName function, Session session, String range) {
        var match = RANGE.matcher(range);
        if (!match.matches()) {
            throw Refusal.of(
                    400,
                    "BLOB_UPLOAD_INVALID",
                    "No range",
                    "content-range: '%s' is not FIRST-LAST".formatted(range));
        }
        long first = Long.parseLong(match.group(1));
        long length = Long.parseLong(match.group(2)) - first + 1;
        if (first != session.bytes()) {
            Answer now = open(416, function, session);
            throw Refusal.of(
                    416,
                    "BLOB_UPLOAD_INVALID",
                    "Out of order",
                    "the piece begins at byte %d, the next is byte %d"
                            .formatted(first, session.bytes()),
                    now.headers());
        }
        long declared = call.declaredBytes();
        if (declared >= 0 && declared != length) {
            throw Refusal.of(
                    400,
                    "SIZE_INVALID",
                    "Other size",
                    "content-range: %s is %d bytes, content-length says %d"
                            .formatted(range, length, declared));
        }
    }

    Future<Answer> finish(Call call, FunctionName function, String id) {
        Session session = uploads.find(function, id);
        String digest = call.request().getParam("digest");
        Sha256 sha256 = PushedManifest.digest(digest == null ? "" : digest);
        String range = call.request().getHeader("content-range");
        if (range != null) {
            requireNext(call, function, session, range);
        }
        return stored(
                call,
                function,
                uploads.finish(session, call.request(), call.declaredBytes(), sha256));
    }

    private static Future<Answer> stored(Call call, FunctionName function, Future<Blob> upload) {
        return call.begun(upload)
                .map(
                        blob -> {
                            String digest = PushedManifest.text(blob.sha256());
                            String path = RegistryEndpoints.path(function, "/blobs/" + digest);
                            return empty(201, Map.of("location", path, DIGEST, digest));
                        });
    }

    Future<Answer> cancel(Call call, FunctionName function, String id) {
        uploads.cancel(uploads.find(function, id));
        return Future.succeededFuture(empty(204, Map.of()));
    }

    /// Where an upload goes on. Of one with nothing in it the range is `0-0`, as it is of one with
    /// a byte: the specification has no other.
    private static Answer open(int status, FunctionName function, Session session) {
        return empty(
                status,
                Map.of(
                        "location",
                        RegistryEndpoints.path(function, "/blobs/uploads/" + session.id()),
                        "range",
                        "0-" + Math.max(0, session.bytes() - 1),
                        "docker-upload-uuid",
                        session.id()));
    }

    static Answer empty(int status, Map<String, String> headers) {
        return new Answer(status, null, headers, false, false);
    }
}
