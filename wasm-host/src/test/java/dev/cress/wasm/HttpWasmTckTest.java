package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// The cases of the public conformance kit of http-wasm, on its own guest: `tck/tck.wasm` in the
/// repository http-wasm/http-wasm-host-go, whose path is the system property
/// `cress.http-wasm.tck`. The guest is a filter, the backend behind it answers with what it got.
class HttpWasmTckTest {
    private static final String PROPERTY = "cress.http-wasm.tck";
    private static final WasmHost HOST = new WasmHost(64 * MIB);
    private static final Map<String, Isolates> ISOLATES = new HashMap<>();

    /// One request, and what has to come back.
    ///
    /// @param id by which the guest knows what it has to check
    /// @param wanted headers of the answer by their names, empty if there must be none
    private record Case(
            String id,
            String method,
            String pathAndQuery,
            List<Header> headers,
            int bodyBytes,
            Map<String, String> wanted) {
        static Case get(String id) {
            return new Case(id, "GET", "/", List.of(), 0, Map.of());
        }

        Case at(String path) {
            return new Case(id, method, path, headers, bodyBytes, wanted);
        }

        Case with(String... namesAndValues) {
            var more = new ArrayList<Header>();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                more.add(new Header(namesAndValues[i], namesAndValues[i + 1]));
            }
            return new Case(id, method, pathAndQuery, more, bodyBytes, wanted);
        }

        Case wants(Map<String, String> headersWanted) {
            return new Case(id, method, pathAndQuery, headers, bodyBytes, headersWanted);
        }

        @Override
        public String toString() {
            return id;
        }
    }

    @BeforeAll
    static void prepare() throws IOException, RefusedModuleException {
        String path = System.getProperty(PROPERTY);
        assumeTrue(path != null, "-D" + PROPERTY + "=PATH of the kit's tck.wasm runs its cases");
        byte[] guest = Files.readAllBytes(Path.of(path));
        ISOLATES.put("tck", HOST.isolates(HOST.prepare(guest, "auto")));
        ISOLATES.put("backend", HOST.isolates(HOST.prepare(Guests.ofTests("backend"), "auto")));
    }

    @AfterAll
    static void close() {
        HOST.close();
    }

    static Stream<Case> cases() {
        var cases = new ArrayList<Case>();
        cases.add(Case.get("get_protocol_version"));
        for (String method : "GET HEAD POST PUT DELETE OPTIONS TRACE PATCH".split(" ", -1)) {
            cases.add(new Case("get_method/" + method, method, "/", List.of(), 0, Map.of()));
        }
        cases.add(Case.get("set_method").wants(Map.of("x-httpwasm-next-method", "POST")));
        var paths =
                Map.of(
                        "simple", "/simple",
                        "simple/escaping", "/simple%26clean",
                        "query", "/animal?name=panda",
                        "query/escaping", "/disney?name=chip%26dale");
        paths.forEach(
                (name, path) -> {
                    cases.add(Case.get("get_uri/" + name).at(path));
                    cases.add(
                            Case.get("set_uri/" + name).wants(Map.of("x-httpwasm-next-uri", path)));
                });
        String values = "get_header_values/request/";
        cases.add(Case.get(values + "lowercase-key").with("single-header", "value"));
        cases.add(Case.get(values + "mixedcase-key").with("Single-Header", "value"));
        cases.add(Case.get(values + "not-exists"));
        cases.add(
                Case.get(values + "multiple-values")
                        .with("multi-header", "value1", "multi-header", "value2"));
        cases.add(Case.get("get_header_names/request").with("a-header", "value1", "b-header", "2"));
        changes(cases);
        int[] sizes = {0, 5, 2_048, 4_096, 5_000};
        String[] names = {"empty", "small", "medium", "large", "xlarge"};
        for (int i = 0; i < sizes.length; i++) {
            String id = "read_body/request/" + names[i];
            cases.add(new Case(id, "POST", "/", List.of(), sizes[i], Map.of()));
        }
        cases.add(Case.get("get_source_addr"));
        return cases.stream();
    }

    private static void changes(List<Case> cases) {
        String added = "x-httpwasm-next-header-new-header-0";
        String existing = "x-httpwasm-next-header-existing-header-";
        var wanted =
                Map.of(
                        "set_header_value/request/new", Map.of(added, "value"),
                        "set_header_value/request/existing", Map.of(existing + "0", "value"),
                        "add_header_value/request/new", Map.of(added, "value"),
                        "add_header_value/request/existing",
                                Map.of(existing + "0", "bear", existing + "1", "value"),
                        "remove_header/request/new", Map.of(existing + "0", "bear"),
                        "remove_header/request/existing", Map.of(existing + "0", ""));
        wanted.forEach(
                (id, headers) ->
                        cases.add(Case.get(id).with("existing-header", "bear").wants(headers)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answersAsTheKitWants(Case asked) {
        RecordedExchange exchange = answer(asked);
        var headers = exchange.responseHead().headers();
        assertThat(value(headers, "x-httpwasm-tck-failed")).isEmpty();
        assertThat(value(headers, "x-httpwasm-tck-handled")).isEqualTo("1");
        assertThat(exchange.responseHead().status()).isEqualTo(200);
        asked.wanted().forEach((name, value) -> assertThat(value(headers, name)).isEqualTo(value));
        if (asked.id().equals("get_protocol_version")) {
            assertThat(exchange.bodyText()).isEqualTo("HTTP/1.1");
        }
    }

    private static String value(List<Header> headers, String name) {
        return headers.stream()
                .filter(h -> h.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst()
                .orElse("");
    }

    private static RecordedExchange answer(Case asked) {
        var headers = new ArrayList<>(asked.headers());
        headers.add(new Header("x-httpwasm-tck-testid", asked.id()));
        String[] parts = asked.pathAndQuery().split("\\?", 2);
        var request =
                new GuestRequest(
                        asked.method(),
                        "http",
                        "fn.localhost",
                        80,
                        parts[0],
                        parts.length > 1 ? parts[1] : "",
                        "HTTP/1.1",
                        headers,
                        asked.bodyBytes(),
                        "127.0.0.1",
                        new GuestRequest.MatchedRoute("/*", ""),
                        new GuestRequest.Place("fn", 1, "fra-1", "fra", "req-1", "", ""),
                        Map.of());
        byte[] body = "a".repeat(asked.bodyBytes()).getBytes(US_ASCII);
        var exchange = RecordedExchange.of(request, body);
        var filter = new Filter(isolates("tck"), Map.of());
        var result =
                isolates("backend").run(exchange, RunLimits.DEFAULT, List.of(filter)).execute();
        assertThat(result.outcome()).as(exchange.logText()).isEqualTo(new Outcome.Completed());
        return exchange;
    }

    private static Isolates isolates(String name) {
        return Objects.requireNonNull(ISOLATES.get(name));
    }
}
