package dev.cress.node.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.wasm.guest.OutboundException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://a.example, http, a.example, 80, /",
        "HTTPS://A.Example/X?y=/z#f, https, a.example, 443, /X?y=/z",
        "https://a.example:8443?q, https, a.example, 8443, /?q",
        "http://[::1]:81/a|b, http, [::1], 81, /a|b",
        "http://192.0.2.1/, http, 192.0.2.1, 80, /",
        "http://1.example/, http, 1.example, 80, /"
    })
    void readsSchemeHostPortAndPath(String url, String scheme, String host, int port, String path)
            throws Exception {
        assertThat(Target.of(url)).isEqualTo(new Target(scheme, host, port, path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.1/",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://0x7f.1/",
                "http://0177.0.0.1/",
                "http://127.0.0.01/",
                "http://127.0.0.256/",
                "http://a.0x/",
                "http://[127.0.0.1]/",
                "http://[::1%25lo]/",
                "http://[::g]/",
                "http://127.0.0.1./",
                "http://１２７.0.0.1/"
            })
    void anAddressInAnOddSpellingIsRefused(String url) {
        refused(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/x",
                "ftp://a.example/",
                "http:///x",
                "http://user@a.example/",
                "http://user:1@a.example/",
                "http://a.example\\@b.example/",
                "http://a.example:0/",
                "http://a.example:65536/",
                "http://a.example:/",
                "http://a..example/",
                "http://a.example./",
                "http://exämple/",
                "http://a.example/a b",
                "http://a.example/\r\nx: y",
                "http://a.example/ä",
                "http://a.example/\u0000",
                " http://a.example/"
            })
    void whatTwoCouldReadDifferentlyIsRefused(String url) {
        refused(url);
    }

    private static void refused(String url) {
        assertThatThrownBy(() -> Target.of(url))
                .isInstanceOfSatisfying(
                        OutboundException.class,
                        e -> assertThat(e.reason()).isEqualTo(OutboundException.Reason.INVALID));
    }
}
