package dev.cress.contract;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/// Normalises a request's path (RFC 3986 §6.2.2): unreserved characters are decoded, escapes are in
/// upper case, dot segments are resolved. What remains encoded stays so: `%2F` never becomes a
/// separator. Nodes and routers read paths by it: both look for routes.
public final class RequestPath {
    private RequestPath() {}

    /// The normal form, or null when the path isn't absolute or has an escape that is none.
    public static @Nullable String normalise(String path) {
        if (!path.startsWith("/")) {
            return null;
        }
        if (path.indexOf('%') < 0 && path.indexOf("/.") < 0) {
            return path;
        }
        String decoded = decodeUnreserved(path);
        return decoded == null ? null : removeDotSegments(decoded);
    }

    private static @Nullable String decodeUnreserved(String path) {
        var out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int value = i + 2 < path.length() ? hex(path.charAt(i + 1), path.charAt(i + 2)) : -1;
            if (value < 0) {
                return null;
            }
            if (isUnreserved(value)) {
                out.append((char) value);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(path.charAt(i + 1)))
                        .append(Character.toUpperCase(path.charAt(i + 2)));
            }
            i += 2;
        }
        return out.toString();
    }

    private static int hex(char high, char low) {
        int h = Character.digit(high, 16);
        int l = Character.digit(low, 16);
        return h < 0 || l < 0 || high > 'f' || low > 'f' ? -1 : h << 4 | l;
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    private static String removeDotSegments(String path) {
        var segments = new ArrayDeque<String>();
        int start = 1;
        boolean folder = false;
        while (start <= path.length()) {
            int end = path.indexOf('/', start);
            String segment = path.substring(start, end < 0 ? path.length() : end);
            folder = false;
            switch (segment) {
                case "." -> folder = true;
                case ".." -> {
                    segments.pollLast();
                    folder = true;
                }
                default -> segments.addLast(segment);
            }
            if (end < 0) {
                break;
            }
            start = end + 1;
        }
        if (folder) {
            segments.addLast("");
        }
        return "/" + String.join("/", segments);
    }
}
