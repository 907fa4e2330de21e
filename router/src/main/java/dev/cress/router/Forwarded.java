package dev.cress.router;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads what proxies say of those before them: `forwarded` (RFC 7239) and `x-forwarded-for`. An
/// element that names no address (`unknown`, `_hidden`, garbage) is an empty one: it ends what can
/// be believed, so it keeps its place in the list.
enum Forwarded {
    ;

    /// Elements that are read, from the right; a longer chain is not a chain of ours.
    private static final int ELEMENTS_MAX = 32;

    /// The addresses of `x-forwarded-for`, left to right.
    static List<Optional<InetAddress>> xForwardedFor(List<String> values) {
        return elements(values, ',').stream().map(Forwarded::node).toList();
    }

    /// The `for` of each element of `forwarded`, left to right.
    static List<Optional<InetAddress>> forwarded(List<String> values) {
        return elements(values, ',').stream()
                .map(element -> parameter(element, "for").flatMap(Forwarded::node))
                .toList();
    }

    /// The scheme that the last proxy says its client spoke: `proto` of `forwarded`'s last element.
    static Optional<String> proto(List<String> values) {
        var elements = elements(values, ',');
        return elements.isEmpty() ? Optional.empty() : parameter(elements.getLast(), "proto");
    }

    private static Optional<String> parameter(String element, String name) {
        for (String pair : elements(List.of(element), ';')) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).strip().equalsIgnoreCase(name)) {
                return Optional.of(
                        unquote(pair.substring(equals + 1).strip()).toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }

    /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    private static Optional<InetAddress> node(String text) {
        String node = unquote(text.strip());
        if (node.startsWith("[")) {
            int close = node.indexOf(']');
            boolean port = close > 0 && node.startsWith(":", close + 1);
            return close > 0 && (port || close == node.length() - 1)
                    ? IpLiteral.parse(node.substring(1, close))
                    : Optional.empty();
        }
        int colon = node.indexOf(':');
        boolean v4WithPort = colon >= 0 && colon == node.lastIndexOf(':');
        return IpLiteral.parse(v4WithPort ? node.substring(0, colon) : node);
    }

    /// Splits at the separator outside of quotes.
    private static List<String> elements(List<String> values, char separator) {
        var elements = new ArrayList<String>();
        for (String value : values) {
            boolean quoted = false;
            int start = 0;
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '"') {
                    quoted = !quoted;
                } else if (c == separator && !quoted) {
                    elements.add(value.substring(start, i));
                    start = i + 1;
                }
            }
            elements.add(value.substring(start));
        }
        int size = elements.size();
        return size > ELEMENTS_MAX ? elements.subList(size - ELEMENTS_MAX, size) : elements;
    }

    private static String unquote(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
