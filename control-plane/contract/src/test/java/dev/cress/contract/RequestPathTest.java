package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Objects;

/// RFC 3986 §5.2.4 and §6.2.2, as far as paths go.
class RequestPathTest {
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/b, /a/b",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/a/b/c/./../../g, /a/g",
        "/a/., /a/",
        "/a/.., /",
        "/a/b/.., /a/",
        "/., /",
        "/.., /",
        "/../../etc/passwd, /etc/passwd",
        "/a/.../b, /a/.../b",
        "/a/..b/c, /a/..b/c",
        "/.well-known/x, /.well-known/x"
    })
    void resolvesDotSegments(String path, String normal) {
        assertThat(RequestPath.normalise(path)).isEqualTo(normal);
    }

    @ParameterizedTest
    @CsvSource({
        "/%2e%2e/secret, /secret",
        "/a/%2E%2E/b, /b",
        "/a/.%2e/b, /b",
        "/a/%2e, /a/",
        "/%2e%2e%2fsecret, /..%2Fsecret"
    })
    void resolvesDotSegmentsThatAreEncoded(String path, String normal) {
        assertThat(RequestPath.normalise(path)).isEqualTo(normal);
    }

    @ParameterizedTest
    @CsvSource({"/%61%7E%5f%2D9, /a~_-9", "/a%20b, /a%20b", "/caf%c3%a9, /caf%C3%A9"})
    void decodesWhatIsUnreservedAndNothingElse(String path, String normal) {
        assertThat(RequestPath.normalise(path)).isEqualTo(normal);
    }

    @ParameterizedTest
    @CsvSource({"/a%2fb, /a%2Fb", "/a%5cb, /a%5Cb", "/%00, /%00", "/a%3fb, /a%3Fb", "/%25, /%25"})
    void makesNoSeparatorOfAnEscape(String path, String normal) {
        assertThat(RequestPath.normalise(path)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%c0%ae%c0%ae/secret", "/%C0%AF", "/%e0%80%ae"})
    void readsNoDotOrSlashOutOfOverlongUtf8(String path) {
        assertThat(RequestPath.normalise(path)).isEqualToIgnoringCase(path);
    }

    @Test
    void decodesOnce() {
        assertThat(RequestPath.normalise("/%252e%252e/x")).isEqualTo("/%252e%252e/x");
    }

    @ParameterizedTest
    @CsvSource({"//, //", "/a//b, /a//b", "//., //", "/a//., /a//", "/a//.., /a/", "/./, /"})
    void keepsEmptySegments(String path, String normal) {
        assertThat(RequestPath.normalise(path)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "*", "http://x/", "%2F", "/%", "/%4", "/%zz", "/%4g", "/%-1"})
    void refusesWhatIsNoPath(String path) {
        assertThat(RequestPath.normalise(path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%\uff14\uff11", "/%4\uff11", "/%\u0664\u0661"})
    void refusesDigitsOfOtherScriptsInEscapes(String path) {
        assertThat(RequestPath.normalise(path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/../%2e/b//./c%2f", "//.", "/a/..", "/x/%2e%2e/..//", "/%7e/."})
    void leavesANormalFormAsItIs(String path) {
        String normal = Objects.requireNonNull(RequestPath.normalise(path));
        assertThat(RequestPath.normalise(normal)).isEqualTo(normal);
    }
}
