package dev.cress.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, 11.0.0.0",
        "10.1.2.3, 10.1.2.3, 10.1.2.2",
        "192.168.4.0/22, 192.168.7.255, 192.168.8.0",
        "fd00::/8, fdff::1, fc00::1",
        "2001:db8:0:8000::/49, 2001:db8:0:ffff::1, 2001:db8:0:7fff::1",
        "2001:db8::8000:0:0:0/65, 2001:db8::ffff:0:0:1, 2001:db8::7fff:0:0:1",
        "::1, ::1, ::2",
        "0.0.0.0/0, 203.0.113.7, ::1"
    })
    void holdsItsFirstBitsAndNoOthers(String range, String inside, String outside) {
        assertThat(AddressRange.of(range).contains(InetAddress.ofLiteral(inside))).isTrue();
        assertThat(AddressRange.of(range).contains(InetAddress.ofLiteral(outside))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.1/8",
                "fd00::/129",
                "fd00::1/64",
                "localhost",
                "10.0.0.0/-1",
                "10.0.0.0/8/8"
            })
    void whatIsNoRangeIsRefusedAndNamed(String text) {
        assertThatThrownBy(() -> AddressRange.of(text))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("'%s' is no range of addresses".formatted(text));
    }
}
