package dev.cress.wasm.cgi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The environment that a guest finds: the function's config and secrets, the variables of RFC 3875
/// §4.1, those that WAGI adds, and what the node knows (`CRESS_…`). Nothing of the host's own
/// environment.
final class CgiEnvironment {
    private final Map<String, String> variables = new LinkedHashMap<>();

    private CgiEnvironment(GuestRequest request, Capabilities capabilities) {
        request.config().forEach(this::own);
        for (String name : capabilities.secretNames()) {
            // one with NUL would end early, and pass for another
            capabilities
                    .secret(name)
                    .map(value -> new String(value, UTF_8))
                    .filter(value -> value.indexOf('\0') < 0)
                    .ifPresent(value -> own(name, value));
        }
        request(request);
        headers(request);
        place(request.place());
    }

    /// What the function brings itself.
    private void own(String name, String value) {
        if (!isOfRequest(name)) {
            variables.put(name, value);
        }
    }

    /// Names that a request may leave out: config must not be able to pretend another request.
    private static boolean isOfRequest(String name) {
        return name.startsWith("HTTP_")
                || name.startsWith("CRESS_")
                || name.equals("CONTENT_LENGTH")
                || name.equals("CONTENT_TYPE");
    }

    /// `NAME=value`, in UTF-8.
    static List<byte[]> of(GuestRequest request, Capabilities capabilities) {
        var lines = new ArrayList<byte[]>();
        new CgiEnvironment(request, capabilities)
                .variables.forEach(
                        (name, value) -> lines.add((name + "=" + value).getBytes(UTF_8)));
        return lines;
    }

    private void request(GuestRequest request) {
        String prefix = request.route().prefix();
        String pathInfo =
                decode(
                        request.path()
                                .substring(Math.min(prefix.length(), request.path().length())));
        String authority = authority(request);
        String query = request.query().isEmpty() ? "" : "?" + request.query();
        variables.put("GATEWAY_INTERFACE", "CGI/1.1");
        variables.put("SERVER_SOFTWARE", "Cress");
        variables.put("SERVER_PROTOCOL", request.protocol());
        variables.put("SERVER_NAME", request.host());
        variables.put("SERVER_PORT", Integer.toString(request.port()));
        variables.put("REQUEST_METHOD", request.method());
        variables.put("SCRIPT_NAME", prefix);
        variables.put("PATH_INFO", pathInfo);
        variables.put("PATH_TRANSLATED", pathInfo);
        variables.put("QUERY_STRING", request.query());
        variables.put("REMOTE_ADDR", request.remoteAddress());
        variables.put("REMOTE_HOST", request.remoteAddress());
        variables.put("REMOTE_USER", "");
        variables.put("AUTH_TYPE", "");
        variables.put("X_FULL_URL", request.scheme() + "://" + authority + request.path() + query);
        variables.put("X_MATCHED_ROUTE", request.route().pattern());
        variables.put(
                "X_RAW_PATH_INFO",
                request.path().substring(Math.min(prefix.length(), request.path().length())));
        if (request.contentLength() >= 0) {
            variables.put("CONTENT_LENGTH", Long.toString(request.contentLength()));
        }
        request.header("content-type").ifPresent(type -> variables.put("CONTENT_TYPE", type));
    }

    private static String authority(GuestRequest request) {
        boolean usual = request.port() == (request.scheme().equals("https") ? 443 : 80);
        String host = request.host();
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            host = "[" + host + "]";
        }
        return usual ? host : host + ":" + request.port();
    }

    /// `HTTP_…` (RFC 3875 §4.1.18). Left out: `Proxy`, which many programs take for their own
    /// setting (CVE-2016-5385), names with `_`, which would pass for others with `-`, and what has
    /// its own variable.
    private void headers(GuestRequest request) {
        for (Header header : request.headers()) {
            String name = header.name().toUpperCase(Locale.ROOT);
            if (name.indexOf('_') >= 0 || isHidden(name)) {
                continue;
            }
            String separator = name.equals("COOKIE") ? "; " : ", ";
            variables.merge(
                    "HTTP_" + name.replace('-', '_'), header.value(), (a, b) -> a + separator + b);
        }
    }

    private static boolean isHidden(String name) {
        return name.equals("PROXY") || name.equals("CONTENT-TYPE") || name.equals("CONTENT-LENGTH");
    }

    private void place(GuestRequest.Place place) {
        variables.put("CRESS_FUNCTION", place.function());
        variables.put("CRESS_VERSION", Integer.toString(place.version()));
        variables.put("CRESS_NODE", place.node());
        variables.put("CRESS_REGION", place.region());
        variables.put("CRESS_REQUEST_ID", place.requestId());
        if (!place.clientCountry().isEmpty()) {
            variables.put("CRESS_CLIENT_COUNTRY", place.clientCountry());
        }
        if (!place.clientCity().isEmpty()) {
            variables.put("CRESS_CLIENT_CITY", place.clientCity());
        }
    }

    /// Percent-decodes a path; a `%` that encodes nothing, or NUL, stays as it is.
    static String decode(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        var bytes = new ByteArrayOutputStream(path.length());
        byte[] raw = path.getBytes(UTF_8);
        for (int i = 0; i < raw.length; i++) {
            int value = raw[i] == '%' && i + 2 < raw.length ? hex(raw[i + 1], raw[i + 2]) : -1;
            if (value > 0) {
                bytes.write(value);
                i += 2;
            } else {
                bytes.write(raw[i]);
            }
        }
        return bytes.toString(UTF_8);
    }

    private static int hex(byte high, byte low) {
        int h = Character.digit(high, 16);
        int l = Character.digit(low, 16);
        return h < 0 || l < 0 ? -1 : h << 4 | l;
    }
}
