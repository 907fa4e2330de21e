package dev.cress.control.api;

import com.fasterxml.jackson.annotation.JsonInclude;

import dev.cress.contract.Problem;
import dev.cress.control.store.Refusal;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How registry tools show their token and are told what is wrong (OCI distribution 1.1, "Error
/// Codes"): they know other words for it than the rest of the API.
enum RegistryProblems {
    ;

    /// All paths that registry tools ask for, and nobody else.
    private static final String PATHS = "/v2/";

    private static final String BASIC = "basic ";

    /// A token may come by the name and password that tools ask for; any name does.
    private static final String CHALLENGE = "Basic realm=\"cress\"";

    private static final Set<String> CODES =
            Set.of(
                    "BLOB_UNKNOWN",
                    "BLOB_UPLOAD_INVALID",
                    "BLOB_UPLOAD_UNKNOWN",
                    "DIGEST_INVALID",
                    "MANIFEST_BLOB_UNKNOWN",
                    "MANIFEST_INVALID",
                    "MANIFEST_UNKNOWN",
                    "NAME_INVALID",
                    "SIZE_INVALID",
                    "UNSUPPORTED");

    /// What the rest of the API calls otherwise.
    private static final Map<String, String> SAME =
            Map.of(
                    "invalid-name", "NAME_INVALID",
                    "invalid-tenant", "NAME_INVALID",
                    "unknown-function", "NAME_UNKNOWN",
                    "unknown-tenant", "NAME_UNKNOWN",
                    "unknown-module", "MANIFEST_BLOB_UNKNOWN",
                    "no-endpoint", "UNSUPPORTED",
                    "wrong-method", "UNSUPPORTED");

    /// What tools are told.
    record Errors(List<Told> errors) {
        /// @param detail the code that the rest of the API has for it, where that is another
        record Told(
                String code,
                String message,
                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Detail detail) {}

        record Detail(String code) {}
    }

    static boolean isOn(@Nullable String path) {
        return path != null && (path.startsWith(PATHS) || path.equals("/v2"));
    }

    /// The header as if the token had come as it does elsewhere.
    static @Nullable String bearer(@Nullable String authorization) {
        if (authorization == null
                || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return authorization;
        }
        try {
            String pair =
                    new String(
                            Base64.getDecoder()
                                    .decode(authorization.substring(BASIC.length()).strip()),
                            StandardCharsets.UTF_8);
            return "Bearer " + pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            throw Access.unauthorised("name and password can't be read");
        }
    }

    static Errors body(Problem problem) {
        String code = code(problem);
        String known = problem.code();
        String message = problem.detail() == null ? problem.title() : problem.detail();
        var detail = code.equals(known) ? null : new Errors.Detail(known);
        return new Errors(List.of(new Errors.Told(code, message, detail)));
    }

    /// A module that is refused is a manifest that is, to tools.
    static int status(Problem problem) {
        return problem.status() == 422 ? 400 : problem.status();
    }

    static Map<String, String> headers(Refusal refusal) {
        if (refusal.problem().status() != 401) {
            return refusal.headers();
        }
        var headers = new HashMap<>(refusal.headers());
        headers.put("www-authenticate", CHALLENGE);
        return headers;
    }

    private static String code(Problem problem) {
        String code = problem.code();
        if (CODES.contains(code)) {
            return code;
        }
        return SAME.containsKey(code)
                ? SAME.get(code)
                : switch (problem.status()) {
                    case 401 -> "UNAUTHORIZED";
                    case 403, 409, 507 -> "DENIED";
                    case 404 -> "NAME_UNKNOWN";
                    case 405 -> "UNSUPPORTED";
                    case 413 -> "SIZE_INVALID";
                    case 429, 503 -> "TOOMANYREQUESTS";
                    case 500 -> "UNKNOWN";
                    default -> "MANIFEST_INVALID";
                };
    }
}
