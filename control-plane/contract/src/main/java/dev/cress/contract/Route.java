package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonInclude;

import java.util.Locale;
import java.util.regex.Pattern;

/// Where a function answers besides its own host name. `host` is a DNS name or `*.` and a DNS name
/// (one label more, never the name itself); `path` is `"/x"` for exactly that path or `"/x/*"` for
/// whole segments below it (`/x` itself included), in the normal form in which requests are matched
/// (RFC 3986 §6.2.2). A missing path means `"/*"`.
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Route(String host, String path) {
    /// Characters in a route's host (RFC 1035) and path.
    public static final int HOST_LENGTH_MAX = 253;

    public static final int PATH_LENGTH_MAX = 1024;

    private static final Pattern HOST =
            Pattern.compile(
                    "(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern PATH =
            Pattern.compile(
                    "(/|(/[A-Za-z0-9._~!$&'()+,;=:@%-]+)+/?|/\\*|(/[A-Za-z0-9._~!$&'()+,;=:@%-]+)+/\\*)");

    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})?");
    private static final Pattern UNRESERVED = Pattern.compile("[A-Za-z0-9._~-]");

    public Route {
        host = host == null ? "" : host.toLowerCase(Locale.ROOT);
        path = path == null || path.isEmpty() ? "/*" : path;
        if (host.length() > HOST_LENGTH_MAX || !HOST.matcher(host).matches()) {
            throw new ContractException(
                    "invalid-route",
                    "route host '%s' is neither a DNS name nor '*.' and a DNS name"
                            .formatted(host));
        }
        if (path.length() > PATH_LENGTH_MAX) {
            throw new ContractException(
                    "invalid-route",
                    "route path has %d characters, at most %d"
                            .formatted(path.length(), PATH_LENGTH_MAX));
        }
        if (!PATH.matcher(path).matches()) {
            throw new ContractException(
                    "invalid-route",
                    "route path '%s' must be like \"/x\" (exactly) or \"/x/*\" (whole segments)"
                            .formatted(path));
        }
        String normal = normalForm(path);
        if (normal.contains("/./")
                || normal.contains("/../")
                || normal.endsWith("/.")
                || normal.endsWith("/..")) {
            throw new ContractException(
                    "invalid-route", "route path '%s' has dot segments".formatted(path));
        }
        if (!normal.equals(path)) {
            throw new ContractException(
                    "invalid-route",
                    "route path '%s' is never asked for like this: write '%s'"
                            .formatted(path, normal));
        }
    }

    /// Unreserved characters as they are, escapes in upper case.
    private static String normalForm(String path) {
        return ESCAPE.matcher(path)
                .replaceAll(
                        escape -> {
                            String digits = escape.group(1);
                            if (digits == null) {
                                throw new ContractException(
                                        "invalid-route",
                                        "route path '%s' has a %% without two hex digits: write %%25"
                                                .formatted(path));
                            }
                            String character = Character.toString(Integer.parseInt(digits, 16));
                            return UNRESERVED.matcher(character).matches()
                                    ? character
                                    : "%" + digits.toUpperCase(Locale.ROOT);
                        });
    }

    @Override
    public String toString() {
        return host + path;
    }
}
