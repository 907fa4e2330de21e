package dev.cress.wasm.extism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.wasm.extism.JsonReader.JsonException;
import dev.cress.wasm.guest.Header;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class HttpRequestTextTest {
    @Test
    void whatIsNotAskedForIsPassedOver() throws JsonException {
        String text =
                """
                {"more": [[], [1, {"a": [true]}], -1.5e3], "url": "http://a/\\u00e9",
                 "headers": {"a": "b"}, "method": null}\
                """;
        assertThat(HttpRequestText.read(text))
                .isEqualTo(
                        new HttpRequestText(
                                "GET", "http://a/\u00e9", List.of(new Header("a", "b"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"url\":\"a\",\"b\":[[]}",
                "{\"url\":\"a\",\"b\":[[]",
                "{\"url\":\"a\",\"b\":[1 2]}",
                "{\"url\":\"a\",\"b\":[1,]}",
                "{\"url\":\"a\",\"b\":[,1]}",
                "{\"url\":\"\\u004\uff11\"}",
                "{\"url\":\"a\"}}",
                "{\"url\":1}",
                "{}",
                ""
            })
    void whatIsNoRequestIsRefused(String text) {
        assertThatThrownBy(() -> HttpRequestText.read(text)).isInstanceOf(JsonException.class);
    }
}
