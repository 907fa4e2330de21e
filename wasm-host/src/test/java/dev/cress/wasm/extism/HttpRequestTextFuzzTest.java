package dev.cress.wasm.extism;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.cress.wasm.extism.JsonReader.JsonException;
import dev.cress.wasm.guest.Header;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Any text is refused, or read; and what another reader finds to be a request is the same here.
@Timeout(20)
class HttpRequestTextFuzzTest {
    private static final ObjectMapper PEER =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static Stream<byte[]> requests() {
        return Stream.of(
                        "{\"url\": \"http://a/\\u0041\\n"
                                + "\", \"method\": null, \"headers\": {\"a\": \"b\"}}",
                        "{\"more\": [{\"a\": [[], -1.5e3, true]}], \"url\": \"\"}")
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("requests")
    @FuzzTest
    void anyTextIsReadAsAnotherReaderDoes(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        Optional<HttpRequestText> expected = asPeerReads(text);
        try {
            HttpRequestText read = HttpRequestText.read(text);
            expected.ifPresent(request -> assertThat(read).isEqualTo(request));
        } catch (JsonException refused) {
            assertThat(refused.getMessage()).startsWith("a request ");
            assertThat(expected)
                    .as("what was refused as %s", refused.getMessage())
                    .matches(none -> none.isEmpty() || isDeep(text));
        }
    }

    private static boolean isDeep(String text) {
        return text.chars().filter(c -> c == '[' || c == '{').count() > JsonReader.DEPTH_MAX;
    }

    private static Optional<HttpRequestText> asPeerReads(String text) {
        try {
            JsonNode root = PEER.readTree(text);
            JsonNode method = root.path("method");
            JsonNode headers = root.path("headers");
            var fields = new ArrayList<Header>();
            headers.properties()
                    .forEach(f -> fields.add(new Header(f.getKey(), f.getValue().asText())));
            boolean sound =
                    root.path("url").isTextual()
                            && (method.isTextual() || method.isNull() || method.isMissingNode())
                            && (headers.isObject() || headers.isMissingNode())
                            && headers.valueStream().allMatch(JsonNode::isTextual);
            return sound
                    ? Optional.of(
                            new HttpRequestText(
                                    method.isTextual() ? method.asText() : "GET",
                                    root.path("url").asText(),
                                    List.copyOf(fields)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
