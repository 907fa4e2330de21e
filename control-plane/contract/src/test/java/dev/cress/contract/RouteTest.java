package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
    private static void assertRefused(String path, String message) {
        assertThatThrownBy(() -> new Route("example.com", path))
                .isInstanceOf(ContractException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/x", "/x/", "/~x", "/caf%C3%A9/*", "/a%2Fb", "/50%25", "/a%20b"})
    void pathsInNormalFormAreTaken(String path) {
        assertThat(new Route("example.com", path).path()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "/%7Ex, /~x",
        "/%41/*, /A/*",
        "/caf%c3%a9, /caf%C3%A9",
        "/a%2fb, /a%2Fb",
        "/%2e5, /.5"
    })
    void aPathThatNoRequestHasIsRefusedWithTheOneThatIsMeant(String path, String normal) {
        assertRefused(
                path,
                "route path '%s' is never asked for like this: write '%s'".formatted(path, normal));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%zz", "/%", "/a%4", "/%4g/*"})
    void anEscapeThatIsNoneIsRefused(String path) {
        assertRefused(
                path,
                "route path '%s' has a %% without two hex digits: write %%25".formatted(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.", "/../x", "/a/..", "/%2e%2E/x", "/a/%2e"})
    void dotSegmentsAreRefused(String path) {
        assertRefused(path, "route path '%s' has dot segments".formatted(path));
    }
}
