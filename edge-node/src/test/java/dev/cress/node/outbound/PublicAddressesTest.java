package dev.cress.node.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Inet6Address;
import java.net.InetAddress;

class PublicAddressesTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, this network",
        "0.1.2.3, this network",
        "10.1.2.3, private",
        "100.64.0.1, shared",
        "100.127.255.255, shared",
        "127.0.0.1, loopback",
        "127.255.0.1, loopback",
        "169.254.169.254, link-local",
        "172.16.0.1, private",
        "172.31.255.255, private",
        "192.0.0.8, protocol assignments",
        "192.0.2.1, documentation",
        "192.88.99.1, 6to4",
        "192.168.0.1, private",
        "198.19.255.255, benchmarking",
        "198.51.100.1, documentation",
        "203.0.113.1, documentation",
        "224.0.0.1, multicast",
        "239.255.255.255, multicast",
        "240.0.0.1, reserved",
        "255.255.255.255, reserved",
        "::, unspecified",
        "::1, loopback",
        "::7f00:1, compatible",
        "::a00:1, compatible",
        "64:ff9b::7f00:1, loopback",
        "64:ff9b::a9fe:a9fe, link-local",
        "64:ff9b:1::1, not global",
        "100::1, not global",
        "2001::1, protocol",
        "2001:2::1, protocol",
        "2001:db8::1, documentation",
        "2002:7f00:1::1, loopback",
        "2002:a00:1::, private",
        "3fff::1, documentation",
        "5f00::1, not global",
        "fc00::1, private",
        "fd12:3456::1, private",
        "fe80::1, link-local",
        "fec0::1, not global",
        "ff02::1, multicast"
    })
    void whatIsSpecialIsNoGuests(String address, String kind) {
        assertThat(PublicAddresses.refusal(InetAddress.ofLiteral(address)).orElse("public"))
                .contains(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "169.253.255.255",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:800::200e",
                "64:ff9b::101:101",
                "2002:101:101::1"
            })
    void whatIsPublicMayBeReached(String address) {
        assertThat(PublicAddresses.refusal(InetAddress.ofLiteral(address))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.0.1", "169.254.169.254"})
    void anIpv4AddressMappedIntoIpv6IsJudgedAsItself(String address) throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(InetAddress.ofLiteral(address).getAddress(), 0, mapped, 12, 4);
        var asIpv6 = Inet6Address.getByAddress("", mapped, -1);
        assertThat(asIpv6).isInstanceOf(Inet6Address.class);
        assertThat(PublicAddresses.refusal(asIpv6)).isPresent();
    }
}
