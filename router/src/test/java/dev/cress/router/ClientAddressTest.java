package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.MultiMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

class ClientAddressTest {
    private static final InetAddress PEER = InetAddress.ofLiteral("10.0.0.1");
    private final ClientAddress ours =
            new ClientAddress(Stream.of("10.0.0.0/8", "fd00::/8").map(Cidr::parse).toList());

    private String behind(MultiMap headers) {
        return ours.behind(PEER, headers).getHostAddress();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            textBlock =
                    """
                    192.0.2.1                           > 192.0.2.1
                    192.0.2.1:4711                      > 192.0.2.1
                    2001:db8::1                         > 2001:db8:0:0:0:0:0:1
                    [2001:db8::1]                       > 2001:db8:0:0:0:0:0:1
                    [2001:db8::1]:4711                  > 2001:db8:0:0:0:0:0:1
                    ::ffff:192.0.2.1                    > 192.0.2.1
                    1.1.1.1, 192.0.2.1                  > 192.0.2.1
                    192.0.2.1, 10.9.9.9                 > 192.0.2.1
                    192.0.2.1, fd00::7, 10.9.9.9        > 192.0.2.1
                    10.1.1.1, 10.9.9.9                  > 10.1.1.1
                    1.1.1.1, garbage                    > 10.0.0.1
                    1.1.1.1, garbage, 10.9.9.9          > 10.9.9.9
                    unknown                             > 10.0.0.1
                    192.0.2                             > 10.0.0.1
                    3221225985                          > 10.0.0.1
                    192.0.2.256                         > 10.0.0.1
                    192.0.2.1.5                         > 10.0.0.1
                    fe80::1%eth0                        > 10.0.0.1
                    example.com                         > 10.0.0.1
                    [2001:db8::1                        > 10.0.0.1
                    [2001:db8::1]x                      > 10.0.0.1
                    1.1.1.1,,                           > 10.0.0.1
                    """)
    void believesTheRightmostAddressThatIsNotOurs(String header, String expected) {
        assertThat(behind(MultiMap.caseInsensitiveMultiMap().add("X-Forwarded-For", header)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '\'',
            textBlock =
                    """
                    for=192.0.2.1                                   > 192.0.2.1
                    For="192.0.2.1:4711";proto=https;by=10.0.0.1    > 192.0.2.1
                    for="[2001:db8::1]:80"                          > 2001:db8:0:0:0:0:0:1
                    for=1.1.1.1, for=192.0.2.1;host="a,b;for=9.9.9.9" > 192.0.2.1
                    for=192.0.2.1, for=10.9.9.9                     > 192.0.2.1
                    for=1.1.1.1, for=_hidden                        > 10.0.0.1
                    for=1.1.1.1, for=unknown, for=10.9.9.9          > 10.9.9.9
                    proto=https                                     > 10.0.0.1
                    for=                                            > 10.0.0.1
                    for="192.0.2.1                                  > 10.0.0.1
                    """)
    void readsForwarded(String header, String expected) {
        assertThat(behind(MultiMap.caseInsensitiveMultiMap().add("Forwarded", header)))
                .isEqualTo(expected);
    }

    @Test
    void severalHeaderLinesAreOneList() {
        var headers =
                MultiMap.caseInsensitiveMultiMap()
                        .add("x-forwarded-for", "1.1.1.1")
                        .add("x-forwarded-for", "192.0.2.1");
        assertThat(behind(headers)).isEqualTo("192.0.2.1");
    }

    @Test
    void twoHeadersThatDisagreeAreNotBelieved() {
        var headers =
                MultiMap.caseInsensitiveMultiMap()
                        .add("x-forwarded-for", "192.0.2.1")
                        .add("forwarded", "for=192.0.2.2");
        assertThat(behind(headers)).isEqualTo("10.0.0.1");
        headers.set("forwarded", "for=192.0.2.1");
        assertThat(behind(headers)).isEqualTo("192.0.2.1");
    }

    @Test
    void aLongChainIsReadFromTheRight() {
        String chain = "1.1.1.1, " + "10.0.0.2, ".repeat(100) + "192.0.2.1, 10.0.0.3";
        assertThat(behind(MultiMap.caseInsensitiveMultiMap().add("x-forwarded-for", chain)))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void knowsTheSchemeThatAPeerNames() {
        var headers = MultiMap.caseInsensitiveMultiMap();
        assertThat(ClientAddress.scheme(headers)).isEmpty();
        assertThat(ClientAddress.scheme(headers.add("forwarded", "for=a;Proto=HTTPS")))
                .contains("https");
        assertThat(ClientAddress.scheme(headers.set("x-forwarded-proto", "gopher"))).isEmpty();
    }

    @Test
    void blocksHoldWhatTheyShould() {
        assertThat(holds("10.0.0.0/8", "10.255.0.1")).isTrue();
        assertThat(holds("10.0.0.0/8", "11.0.0.1")).isFalse();
        assertThat(holds("192.0.2.128/25", "192.0.2.127")).isFalse();
        assertThat(holds("192.0.2.128/25", "192.0.2.200")).isTrue();
        assertThat(holds("192.0.2.1", "192.0.2.1")).isTrue();
        assertThat(holds("192.0.2.1", "192.0.2.2")).isFalse();
        assertThat(holds("0.0.0.0/0", "8.8.8.8")).isTrue();
        assertThat(holds("0.0.0.0/0", "::1")).isFalse();
        assertThat(holds("2001:db8::/33", "2001:db8:7fff::1")).isTrue();
        assertThat(holds("2001:db8::/33", "2001:db8:8000::1")).isFalse();
    }

    private static boolean holds(String block, String address) {
        return new ClientAddress(List.of(Cidr.parse(block))).trusts(InetAddress.ofLiteral(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::/129", "a/8"})
    void aBlockThatIsNoneIsNamed(String text) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(RouterException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
