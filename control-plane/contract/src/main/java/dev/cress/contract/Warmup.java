package dev.cress.contract;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// The request that a node makes of a version before it takes traffic, over and over for a short
/// time, so that its first client meets compiled code. The guest has no capabilities then but its
/// config, and finds `cress-warm-up` as its `User-Agent`. Missing parts are the defaults.
///
/// @param method default `GET`
/// @param path with a query if there is one, at most [#PATH_LENGTH_MAX] characters; default `/`
/// @param body at most [#BODY_BYTES_MAX] bytes as UTF-8; default none
/// @param requests at most so many, 0 for none, up to [#REQUESTS_MAX]; default
///     [#REQUESTS_DEFAULT]. A node stops sooner when its time for it is over.
public record Warmup(String method, String path, String body, Integer requests) {
    public static final int PATH_LENGTH_MAX = 2_048;
    public static final int BODY_BYTES_MAX = 64 * 1024;
    public static final int REQUESTS_MAX = 1_000_000;

    /// About what a small guest needs until the JIT has done its best.
    public static final int REQUESTS_DEFAULT = 50_000;

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");
    private static final Pattern PATH = Pattern.compile("/[!-~&&[^#]]*");

    /// As many as fit of `GET /`.
    public static final Warmup DEFAULT = new Warmup("", "", "", REQUESTS_DEFAULT);

    public Warmup {
        method = method == null || method.isEmpty() ? "GET" : method;
        path = path == null || path.isEmpty() ? "/" : path;
        body = body == null ? "" : body;
        requests = requests == null ? REQUESTS_DEFAULT : requests;
        if (!METHOD.matcher(method).matches()) {
            throw refused("method '%s' must be 1 to 20 capital letters".formatted(method));
        }
        if (path.length() > PATH_LENGTH_MAX) {
            throw refused(
                    "path has %d characters, at most %d".formatted(path.length(), PATH_LENGTH_MAX));
        }
        if (!PATH.matcher(path).matches()) {
            throw refused("path '%s' must begin with '/' and be printable ASCII".formatted(path));
        }
        int bytes = body.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > BODY_BYTES_MAX) {
            throw refused("body has %d bytes, at most %d".formatted(bytes, BODY_BYTES_MAX));
        }
        if (requests < 0 || requests > REQUESTS_MAX) {
            throw refused(
                    "requests = %d is out of range: 0 to %d".formatted(requests, REQUESTS_MAX));
        }
    }

    private static ContractException refused(String what) {
        return new ContractException("invalid-manifest", "warmup " + what);
    }
}
