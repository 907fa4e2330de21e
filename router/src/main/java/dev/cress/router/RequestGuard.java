package dev.cress.router;

import dev.cress.contract.ErrorCode;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Decides whether a request may be sent on. What two programs could read differently is refused
/// here: a request that a node would cut elsewhere than the router did is a smuggled one.
enum RequestGuard {
    ;

    /// RFC 8586: who has this in `cdn-loop` came through a Cress router already.
    static final String CDN_ID = "cress";

    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");

    /// What is to become of a request.
    sealed interface Verdict {
        /// It may go on.
        ///
        /// @param host as the client wrote it
        /// @param target in origin form
        record Pass(String host, String target) implements Verdict {}

        record Refuse(ErrorCode code, String detail) implements Verdict {}
    }

    static Verdict check(HttpServerRequest request) {
        String framing = framingFault(request);
        if (!framing.isEmpty()) {
            return bad(framing);
        }
        if (HttpMethod.CONNECT.equals(request.method())) {
            return bad("CONNECT is not served here");
        }
        List<String> hosts = request.headers().getAll("host");
        if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
            return bad("the request needs one host header that names a host");
        }
        if (looped(request.headers())) {
            return new Verdict.Refuse(
                    ErrorCode.LOOP, "the request came through a Cress router before");
        }
        return target(request, hosts.getFirst());
    }

    /// The decoder below has refused contradicting lengths, and has dropped `content-length` beside
    /// `transfer-encoding: chunked` in HTTP/1.1 (RFC 9112 §6.3): what arrives here is cut by chunks
    /// and goes on so.
    private static String framingFault(HttpServerRequest request) {
        List<String> encodings = request.headers().getAll("transfer-encoding");
        if (encodings.isEmpty()) {
            return "";
        }
        if (encodings.size() > 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
            return "transfer-encoding '%s': only 'chunked' is understood"
                    .formatted(String.join(", ", encodings));
        }
        if (request.version() != HttpVersion.HTTP_1_1) {
            return "transfer-encoding needs HTTP/1.1";
        }
        return request.headers().contains("content-length")
                ? "content-length and transfer-encoding exclude each other"
                : "";
    }

    private static boolean looped(MultiMap headers) {
        for (String value : headers.getAll("cdn-loop")) {
            for (String element : value.split(",", -1)) {
                int parameters = element.indexOf(';');
                String id = parameters < 0 ? element : element.substring(0, parameters);
                if (id.strip().toLowerCase(Locale.ROOT).equals(CDN_ID)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Verdict target(HttpServerRequest request, String host) {
        String uri = request.uri();
        if (!uri.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
            return bad("the request target has characters that must be percent-encoded");
        }
        if (uri.startsWith("/")
                || (uri.equals("*") && HttpMethod.OPTIONS.equals(request.method()))) {
            return new Verdict.Pass(host, uri);
        }
        // Absolute form: its authority stands in for the host header (RFC 9112 §3.2.2).
        int authority = uri.indexOf("://") + 3;
        String scheme = uri.substring(0, Math.max(0, authority - 3)).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return bad("the request target is no path");
        }
        int end = authority;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String named = uri.substring(authority, end);
        String rest = uri.substring(end);
        return HOST.matcher(named).matches()
                ? new Verdict.Pass(named, rest.startsWith("/") ? rest : "/" + rest)
                : bad("the request target names no host");
    }

    private static Verdict bad(String detail) {
        return new Verdict.Refuse(ErrorCode.BAD_REQUEST, detail);
    }
}
