package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a function may send requests: `https://api.example.com`, with a port if it isn't the
/// scheme's own, `https://*.example.com` for all names below one, `https://*` for any; before it
/// `NAME=`, by which a guest may call it. As text it is the same.
///
/// @param name what guests call it, letters, digits, `-`, `_` and `.`; default its host
/// @param scheme `http` or `https`
/// @param host a DNS name or address, `*.` and a DNS name, or `*`
/// @param port 1 to 65,535; default the scheme's
public record Origin(String name, String scheme, String host, int port) {
    private static final Pattern TEXT =
            Pattern.compile(
                    "(?:([A-Za-z0-9._-]{1,64})=)?(https?)://(\\*|(?:\\*\\.)?[A-Za-z0-9._-]{1,253}"
                            + "|\\[[0-9a-fA-F:.]{2,45}\\])(?::([0-9]{1,5}))?/?");

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    public Origin {
        if (port < 1 || port > 65_535) {
            throw refused("%s://%s:%d has no port from 1 to 65535".formatted(scheme, host, port));
        }
    }

    /// Reads what a manifest says.
    @JsonCreator
    public static Origin of(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw refused(
                    "'%s' is not like \"https://api.example.com\", \"https://*.example.com:8443\" or"
                                    .formatted(text)
                            + " \"NAME=https://api.example.com\"");
        }
        String scheme = parts.group(2);
        String host = parts.group(3).toLowerCase(Locale.ROOT);
        int port = parts.group(4) == null ? usual(scheme) : Integer.parseInt(parts.group(4));
        String name = parts.group(1) == null ? host : parts.group(1);
        return new Origin(name, scheme, host, port);
    }

    private static ContractException refused(String what) {
        return new ContractException("invalid-manifest", "outbound " + what);
    }

    private static int usual(String scheme) {
        return scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
    }

    /// Whether it is one host, not a pattern for several.
    public boolean isSingle() {
        return !host.startsWith("*");
    }

    /// Whether it covers this origin.
    ///
    /// @param host an IPv6 address in brackets
    public boolean covers(String scheme, String host, int port) {
        String asked = host.toLowerCase(Locale.ROOT);
        boolean named =
                this.host.equals("*")
                        || (isSingle() ? asked.equals(this.host) : isBelow(asked, this.host));
        return named && this.scheme.equals(scheme) && this.port == port;
    }

    private static boolean isBelow(String asked, String pattern) {
        String suffix = pattern.substring(1);
        return asked.length() > suffix.length() && asked.endsWith(suffix);
    }

    /// Without its name.
    public String url() {
        String end = port == usual(scheme) ? "" : ":" + port;
        return scheme + "://" + host + end;
    }

    @JsonValue
    @Override
    public String toString() {
        return name.equals(host) ? url() : name + "=" + url();
    }
}
