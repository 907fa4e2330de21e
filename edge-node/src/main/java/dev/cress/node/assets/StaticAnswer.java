package dev.cress.node.assets;

import dev.cress.contract.ByteRange;
import dev.cress.node.assets.AssetFiles.StoredFile;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The answer to a request for a file that a version brought (RFC 9110): whole, a part of it, or
/// that the client has it already. Sent from the archive by the event loop; no guest thread has a
/// part in it.
public final class StaticAnswer {
    private static final String INDEX = "index.html";
    private static final int PERMANENT_REDIRECT = 308;

    private final Found found;

    /// What answers: a file under its own name's type, or the folder's path with a slash.
    private record Found(
            StoredFile file, String path, String encoding, boolean varies, String redirect) {}

    private StaticAnswer(Found found) {
        this.found = found;
    }

    /// The answer for this request, if there is a file for it.
    ///
    /// @param path as it was asked for, normal, still percent-encoded
    /// @param prefix the part of it that led to the function
    public static Optional<StaticAnswer> find(
            AssetFiles files, HttpServerRequest request, String path, String prefix) {
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (!reads || !path.startsWith(prefix)) {
            return Optional.empty();
        }
        String rest = path.substring(prefix.length());
        return decoded(rest.startsWith("/") ? rest.substring(1) : rest)
                .flatMap(name -> find(files, request, path, rest.isEmpty(), name))
                .map(StaticAnswer::new);
    }

    private static Optional<Found> find(
            AssetFiles files, HttpServerRequest request, String path, boolean bare, String name) {
        if (name.isEmpty() || name.endsWith("/")) {
            return find(files, request, name + INDEX);
        }
        Optional<Found> file = find(files, request, name);
        if (file.isPresent() || bare) {
            return file;
        }
        return files.file(name + '/' + INDEX)
                .map(index -> new Found(index, name, "", false, slashed(request, path)));
    }

    /// Where a folder is, so that what its page links to is found.
    private static String slashed(HttpServerRequest request, String path) {
        String query = request.query();
        return query == null ? path + '/' : path + "/?" + query;
    }

    private static Optional<Found> find(AssetFiles files, HttpServerRequest request, String name) {
        Optional<StoredFile> file = files.file(name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        Optional<StoredFile> brotli = files.file(name + ".br");
        Optional<StoredFile> gzip = files.file(name + ".gz");
        boolean varies = brotli.isPresent() || gzip.isPresent();
        String accepted = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        if (brotli.isPresent() && accepts(accepted, "br")) {
            return Optional.of(new Found(brotli.get(), name, "br", varies, ""));
        }
        if (gzip.isPresent() && accepts(accepted, "gzip")) {
            return Optional.of(new Found(gzip.get(), name, "gzip", varies, ""));
        }
        return Optional.of(new Found(file.get(), name, "", varies, ""));
    }

    /// Whether a coding is named with a weight other than 0.
    private static boolean accepts(String header, String coding) {
        return header != null
                && Arrays.stream(header.toLowerCase(Locale.ROOT).split(","))
                        .map(String::strip)
                        .filter(e -> e.equals(coding) || e.startsWith(coding + ";"))
                        .noneMatch(e -> e.matches(".*;\\s*q=0(\\.0*)?\\s*"))
                && header.toLowerCase(Locale.ROOT).matches("(.*[,\\s])?" + coding + "([,;\\s].*)?");
    }

    /// A path without escapes; an escaped slash is no separator, and no file has one in its name.
    private static Optional<String> decoded(String path) {
        if (path.indexOf('%') < 0) {
            return Optional.of(path);
        }
        return path.contains("%2F")
                ? Optional.empty()
                : Optional.of(URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8));
    }

    /// Answers. The status is on the response at once; the future ends when it has gone out.
    public Future<Void> send(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        StoredFile file = found.file();
        if (!found.redirect().isEmpty()) {
            return response.setStatusCode(PERMANENT_REDIRECT)
                    .putHeader(HttpHeaders.LOCATION, found.redirect())
                    .end();
        }
        response.putHeader(HttpHeaders.ETAG, file.etag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (found.varies()) {
            response.putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        }
        String match = request.getHeader("if-match");
        if (match != null && !names(match, file.etag(), false)) {
            return response.setStatusCode(412).end();
        }
        String noneMatch = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        if (noneMatch != null && names(noneMatch, file.etag(), true)) {
            return response.setStatusCode(304).end();
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, MediaTypes.of(found.path()))
                .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (!found.encoding().isEmpty()) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, found.encoding());
        }
        return sendContent(request, file);
    }

    private static Future<Void> sendContent(HttpServerRequest request, StoredFile file) {
        HttpServerResponse response = request.response();
        Optional<ByteRange> asked = range(request, file);
        if (asked.isPresent() && !asked.get().isSatisfiable(file.size())) {
            return response.setStatusCode(416)
                    .putHeader("content-range", "bytes */" + file.size())
                    .end();
        }
        ByteRange part = asked.orElse(new ByteRange(0, file.size() - 1));
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(part.length()));
        if (asked.isPresent()) {
            response.setStatusCode(206)
                    .putHeader(
                            "content-range",
                            "bytes %d-%d/%d".formatted(part.first(), part.last(), file.size()));
        }
        return request.method().equals(HttpMethod.HEAD) || part.length() == 0
                ? response.end()
                : response.sendFile(
                        file.archive().toString(), file.offset() + part.first(), part.length());
    }

    /// A range counts for GET only, and only while the client's other parts are of this content.
    private static Optional<ByteRange> range(HttpServerRequest request, StoredFile file) {
        String ifRange = request.getHeader("if-range");
        boolean counts =
                request.method().equals(HttpMethod.GET)
                        && (ifRange == null || ifRange.equals(file.etag()));
        return counts ? ByteRange.of(request.getHeader("range"), file.size()) : Optional.empty();
    }

    /// Whether a list of entity tags names this one (RFC 9110 §8.8.3.2).
    private static boolean names(String list, String etag, boolean weakly) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .map(tag -> weakly && tag.startsWith("W/") ? tag.substring(2) : tag)
                .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
    }
}
