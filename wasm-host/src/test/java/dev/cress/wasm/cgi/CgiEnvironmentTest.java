package dev.cress.wasm.cgi;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A guest finds the request in its environment, as RFC 3875 and WAGI name it, and nothing else.
class CgiEnvironmentTest {
    private static GuestRequest request(
            String path, String prefix, List<Header> headers, Map<String, String> config) {
        return new GuestRequest(
                "POST",
                "https",
                "shop.example",
                8443,
                path,
                "a=1&b=%20",
                "HTTP/1.1",
                headers,
                -1,
                "203.0.113.9",
                new GuestRequest.MatchedRoute(prefix + "/*", prefix),
                new GuestRequest.Place("shop", 7, "fra-1", "fra", "req-1", "", ""),
                config);
    }

    private static GuestRequest addressed(String scheme, String host, int port) {
        return new GuestRequest(
                "GET",
                scheme,
                host,
                port,
                "/p%20q",
                "",
                "HTTP/1.1",
                List.of(),
                12,
                "::1",
                new GuestRequest.MatchedRoute("/*", ""),
                new GuestRequest.Place("f", 1, "n", "r", "id", "DE", "Köln"),
                Map.of());
    }

    private static Map<String, String> environment(GuestRequest request) {
        var variables = new LinkedHashMap<String, String>();
        for (byte[] line : CgiEnvironment.of(request, Capabilities.NONE)) {
            String text = new String(line, UTF_8);
            int equals = text.indexOf('=');
            var before = variables.put(text.substring(0, equals), text.substring(equals + 1));
            assertThat(before).as("second %s", text).isNull();
        }
        return variables;
    }

    private static Map<String, String> withHeaders(Header... headers) {
        return environment(request("/x", "/x", List.of(headers), Map.of()));
    }

    @Test
    void holdsExactlyWhatTheStandardsName() {
        var headers = List.of(new Header("Accept", "text/html"), new Header("content-type", "a/b"));
        assertThat(
                        environment(
                                request(
                                        "/shop/a%20b%2Fc/%e2%82%ac",
                                        "/shop", headers, Map.of("GREETING", "Grüß Gott"))))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.ofEntries(
                                Map.entry("GREETING", "Grüß Gott"),
                                Map.entry("GATEWAY_INTERFACE", "CGI/1.1"),
                                Map.entry("SERVER_SOFTWARE", "Cress"),
                                Map.entry("SERVER_PROTOCOL", "HTTP/1.1"),
                                Map.entry("SERVER_NAME", "shop.example"),
                                Map.entry("SERVER_PORT", "8443"),
                                Map.entry("REQUEST_METHOD", "POST"),
                                Map.entry("SCRIPT_NAME", "/shop"),
                                Map.entry("PATH_INFO", "/a b/c/€"),
                                Map.entry("PATH_TRANSLATED", "/a b/c/€"),
                                Map.entry("QUERY_STRING", "a=1&b=%20"),
                                Map.entry("REMOTE_ADDR", "203.0.113.9"),
                                Map.entry("REMOTE_HOST", "203.0.113.9"),
                                Map.entry("REMOTE_USER", ""),
                                Map.entry("AUTH_TYPE", ""),
                                Map.entry("CONTENT_TYPE", "a/b"),
                                Map.entry("HTTP_ACCEPT", "text/html"),
                                Map.entry(
                                        "X_FULL_URL",
                                        "https://shop.example:8443/shop/a%20b%2Fc/%e2%82%ac"
                                                + "?a=1&b=%20"),
                                Map.entry("X_MATCHED_ROUTE", "/shop/*"),
                                Map.entry("X_RAW_PATH_INFO", "/a%20b%2Fc/%e2%82%ac"),
                                Map.entry("CRESS_FUNCTION", "shop"),
                                Map.entry("CRESS_VERSION", "7"),
                                Map.entry("CRESS_NODE", "fra-1"),
                                Map.entry("CRESS_REGION", "fra"),
                                Map.entry("CRESS_REQUEST_ID", "req-1")));
    }

    @ParameterizedTest
    @CsvSource({
        "/, '', '', /",
        "/a/b, '', '', /a/b",
        "/x, /x, /x, ''",
        "/x/, /x, /x, /",
        "/x/y/z, /x/y, /x/y, /z",
        "/x%2Fy, /x, /x, /y"
    })
    void aPrefixIsTheScriptAndTheRestThePath(
            String path, String prefix, String script, String pathInfo) {
        assertThat(environment(request(path, prefix, List.of(), Map.of())))
                .containsEntry("SCRIPT_NAME", script)
                .containsEntry("PATH_INFO", pathInfo);
    }

    @ParameterizedTest
    @CsvSource({
        "a+b, a+b",
        "%41%6a, Aj",
        "%c3%a9, é",
        "é, é",
        "%, %",
        "%4, %4",
        "%zz, %zz",
        "%%41, %A",
        "x%00y, x%00y",
        "%2e%2e%2f, ../",
        "%-1, %-1",
        "%0A, '\n'"
    })
    void percentSignsThatEncodeNothingStay(String encoded, String decoded) {
        assertThat(CgiEnvironment.decode(encoded)).isEqualTo(decoded);
    }

    @Test
    void fieldsOfOneNameAreJoinedAndCookiesAsCookies() {
        assertThat(
                        withHeaders(
                                new Header("Accept", "a"),
                                new Header("cookie", "x=1"),
                                new Header("ACCEPT", "b"),
                                new Header("Cookie", "y=2")))
                .containsEntry("HTTP_ACCEPT", "a, b")
                .containsEntry("HTTP_COOKIE", "x=1; y=2");
    }

    @Test
    void fieldsThatWouldPassForOthersAreDropped() {
        assertThat(
                        withHeaders(
                                new Header("Proxy", "http://evil"),
                                new Header("X_Forwarded_For", "evil"),
                                new Header("X-Forwarded-For", "1.2.3.4"),
                                new Header("Content-Length", "99"),
                                new Header("Content-Type", "a/b")))
                .doesNotContainKeys(
                        "HTTP_PROXY", "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE", "CONTENT_LENGTH")
                .containsEntry("HTTP_X_FORWARDED_FOR", "1.2.3.4")
                .containsEntry("CONTENT_TYPE", "a/b");
    }

    @Test
    void configCannotPretendAnotherRequest() {
        var config =
                Map.of(
                        "REQUEST_METHOD", "DELETE",
                        "QUERY_STRING", "evil",
                        "CONTENT_LENGTH", "5",
                        "CONTENT_TYPE", "evil",
                        "HTTP_AUTHORIZATION", "evil",
                        "HTTP_ACCEPT", "evil",
                        "CRESS_CLIENT_COUNTRY", "XX",
                        "OWN", "kept");
        var headers = List.of(new Header("Accept", "a"));
        assertThat(environment(request("/x", "/x", headers, config)))
                .doesNotContainValue("evil")
                .doesNotContainKeys(
                        "CONTENT_LENGTH",
                        "CONTENT_TYPE",
                        "HTTP_AUTHORIZATION",
                        "CRESS_CLIENT_COUNTRY")
                .containsEntry("HTTP_ACCEPT", "a")
                .containsEntry("REQUEST_METHOD", "POST")
                .containsEntry("OWN", "kept");
    }

    @ParameterizedTest
    @CsvSource({
        "http, a.example, 80, http://a.example/p%20q",
        "http, a.example, 443, http://a.example:443/p%20q",
        "https, a.example, 443, https://a.example/p%20q",
        "https, a.example, 80, https://a.example:80/p%20q",
        "http, ::1, 8080, http://[::1]:8080/p%20q",
        "http, [::1], 80, http://[::1]/p%20q"
    })
    void theFullUrlLeavesOutTheSchemesOwnPort(String scheme, String host, int port, String url) {
        assertThat(environment(addressed(scheme, host, port)))
                .containsEntry("X_FULL_URL", url)
                .containsEntry("CONTENT_LENGTH", "12")
                .containsEntry("CRESS_CLIENT_COUNTRY", "DE")
                .containsEntry("CRESS_CLIENT_CITY", "Köln");
    }
}
