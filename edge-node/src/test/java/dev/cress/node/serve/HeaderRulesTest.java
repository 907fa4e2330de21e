package dev.cress.node.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Cress-Error",
                "x-cress-node",
                "x-cress-anything",
                "X-Request-Id",
                "Proxy-Status",
                "Server-Timing",
                "Connection",
                "Keep-Alive",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade"
            })
    void aGuestMaySetNothingThatTheNodeSays(String name) {
        assertThat(HeaderRules.guestMaySet(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Content-Type", "Set-Cookie", "Location", "x-cressida", "Cache-Control"})
    void aGuestMaySetWhatIsItsOwn(String name) {
        assertThat(HeaderRules.guestMaySet(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Cress-Router-Key",
                "x-cress-client-address",
                "Connection",
                "Transfer-Encoding",
                "Upgrade",
                "TE"
            })
    void aGuestSeesNothingBetweenRouterAndNode(String name) {
        assertThat(HeaderRules.guestMaySee(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept", "Cookie", "Authorization", "X-Request-Id", "User-Agent"})
    void aGuestSeesWhatItsClientSent(String name) {
        assertThat(HeaderRules.guestMaySee(name)).isTrue();
    }
}
