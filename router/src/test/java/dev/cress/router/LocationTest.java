package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

class LocationTest {
    private final MmdbTable table = MmdbTable.bundled();

    private Place find(String address) {
        return table.find(InetAddress.ofLiteral(address));
    }

    @ParameterizedTest
    @CsvSource({
        "193.99.144.80, DE",
        "8.8.8.8, US",
        "133.11.0.1, JP",
        "200.160.2.3, BR",
        "2a02:2e0:3fe:1001:302::, DE",
        "2001:4860:4860::8888, US",
        "::ffff:193.99.144.80, DE",
    })
    void knowsWellKnownAddresses(String address, String country) {
        Place place = find(address);
        assertThat(place.country()).isEqualTo(country);
        assertThat(place.point()).isNotEqualTo(Point.NOWHERE);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fe80::1", "fd00::1"})
    void doesNotGuessWherePrivateAddressesAre(String address) {
        assertThat(find(address)).isEqualTo(Place.UNKNOWN);
    }

    @Test
    void aCountryAloneMeansItsCentre() {
        Point germany = find("193.99.144.80").point();
        assertThat(germany.distanceKm(Point.of(51, 10))).isLessThan(200);
    }

    @Test
    void readsFlatRows() {
        Place place =
                table.place(
                        Map.of(
                                "country_code", "DE",
                                "city", "Köln",
                                "latitude", 50.9,
                                "longitude", "6.96"));
        assertThat(place.country()).isEqualTo("DE");
        assertThat(place.city()).isEqualTo("Köln");
        assertThat(place.point().distanceKm(Point.of(50.9, 6.96))).isCloseTo(0, within(0.1));
    }

    @Test
    void readsNestedRows() {
        Place place =
                table.place(
                        Map.of(
                                "country", Map.of("iso_code", "FR"),
                                "city", Map.of("names", Map.of("en", "Paris", "de", "Paris")),
                                "location", Map.of("latitude", 48.9, "longitude", 2.35f)));
        assertThat(place.country()).isEqualTo("FR");
        assertThat(place.city()).isEqualTo("Paris");
        assertThat(place.point().distanceKm(Point.of(48.9, 2.35))).isCloseTo(0, within(0.1));
    }

    @Test
    void oddRowsAreNoPlace() {
        assertThat(table.place(Map.of())).isEqualTo(Place.UNKNOWN);
        assertThat(
                        table.place(
                                Map.of(
                                        "country_code", "Germany",
                                        "latitude", "north",
                                        "longitude", 999)))
                .isEqualTo(Place.UNKNOWN);
    }

    @Test
    void knowsTheCentreOfEveryCountry() {
        var countries = new Countries();
        assertThat(countries.size()).isEqualTo(Locale.getISOCountries().length);
        assertThat(Locale.getISOCountries()).allMatch(code -> countries.centre(code).isPresent());
        assertThat(countries.centre("XX")).isEmpty();
    }

    @Test
    void aNetworkIsLookedUpOnce() {
        var asked = new AtomicInteger();
        var cached =
                new CachedLocations(
                        _ -> {
                            asked.incrementAndGet();
                            return Place.UNKNOWN;
                        });
        for (String address :
                new String[] {"192.0.2.1", "192.0.2.200", "2001:db8::1", "2001:db8:0:9::1"}) {
            cached.find(InetAddress.ofLiteral(address));
        }
        assertThat(asked).hasValue(2);
        cached.find(InetAddress.ofLiteral("192.0.3.1"));
        cached.find(InetAddress.ofLiteral("2001:db8:1::1"));
        assertThat(asked).hasValue(4);
    }
}
