package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// One program in Rust, as a CGI program and as a handler of http-wasm.
class MarkdownHttpWasmTest {
    private static final WasmHost HOST = new WasmHost(64 * MIB);
    private static final Guests GUESTS = new Guests(HOST);
    private static final int DOCUMENT_BYTES_MAX = 1 << 20;

    @AfterAll
    static void close() {
        HOST.close();
    }

    /// @param body a character for each byte
    private record Asked(String name, String method, String body) {
        static Asked post(String name, String body) {
            return new Asked(name, "POST", body);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Asked> requests() {
        return Stream.of(
                new Asked("usage", "GET", ""),
                new Asked("usage's head", "HEAD", ""),
                new Asked("wrong method", "DELETE", ""),
                Asked.post("a page", "# Hi *you*\n\n| a | b |\n|---|---|\n| 1 | \u00c3\u00bc |\n"),
                Asked.post("harmful", "# A <b>x</b>\n\n<script>alert(1)</script>\n"),
                Asked.post("nothing", ""),
                Asked.post("long", "word *and* word\n\n".repeat(20_000)),
                Asked.post("as long as it may be", "a".repeat(DOCUMENT_BYTES_MAX)),
                Asked.post("too long", "a".repeat(DOCUMENT_BYTES_MAX + 1)),
                Asked.post("not UTF-8", "a\u00ff"));
    }

    private static RecordedExchange answer(String example, Asked asked) {
        var exchange =
                RecordedExchange.of(
                        asked.method(),
                        "/",
                        asked.body().getBytes(ISO_8859_1),
                        List.of(),
                        Map.of());
        var result = Guests.run(HOST, GUESTS.image(example), exchange, RunLimits.DEFAULT).execute();
        assertThat(result.outcome()).as(exchange.logText()).isEqualTo(new Outcome.Completed());
        return exchange;
    }

    private static List<Header> fields(RecordedExchange exchange) {
        return exchange.responseHead().headers().stream()
                .map(h -> new Header(h.name().toLowerCase(Locale.ROOT), h.value()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("requests")
    void answersWithTheSameBytes(Asked asked) {
        var cgi = answer("markdown", asked);
        for (int i = 0; i < 2; i++) {
            var handler = answer("markdown-http-wasm", asked);
            assertThat(handler.bodyBytes()).isEqualTo(cgi.bodyBytes());
            assertThat(handler.responseHead().status()).isEqualTo(cgi.responseHead().status());
            assertThat(fields(handler)).isEqualTo(fields(cgi));
        }
    }

    @Test
    void isKnownByWhatItImportsThoughItHasAMainToo() {
        assertThat(GUESTS.image("markdown-http-wasm").abi()).isEqualTo(Abi.HTTP_WASM);
        assertThat(GUESTS.image("markdown").abi()).isEqualTo(Abi.WASI_CGI);
    }
}
