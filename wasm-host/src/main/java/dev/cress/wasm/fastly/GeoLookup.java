package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.Capabilities.Location;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest.Place;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// Where an address is, as JSON that the SDKs parse: they want each of these fields. What isn't
/// known is empty, `?`, 0, or 9999 as an offset from UTC; a place without coordinates has 999.9.
final class GeoLookup {
    private static final double NO_DEGREES = 999.9;

    private static final String FIELDS =
            """
            {"as_name":"?","as_number":0,"area_code":0,"city":CITY,"conn_speed":"?","conn_type":"?",\
            "continent":"?","country_code":COUNTRY,"country_code3":"","country_name":"",\
            "latitude":LATITUDE,"longitude":LONGITUDE,"metro_code":0,"postal_code":"",\
            "proxy_description":"?","proxy_type":"?","region":"","utc_offset":9999}\
            """;

    private GeoLookup() {}

    /// @param address 4 or 16 bytes
    static String of(GuestExchange exchange, byte[] address) {
        InetAddress asked = address(address);
        String text = asked.getHostAddress();
        Optional<Location> found = exchange.capabilities().locate(text);
        if (found.isEmpty() && isClient(exchange, asked)) {
            found = place(exchange.request().place());
        }
        Location location = found.orElseThrow(() -> new Refused(Status.NONE));
        return FIELDS.replace("LATITUDE", Double.toString(location.latitude()))
                .replace("LONGITUDE", Double.toString(location.longitude()))
                .replace("COUNTRY", Json.quoted(location.country()))
                .replace("CITY", Json.quoted(location.city()));
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new Refused(Status.INVAL);
        }
    }

    private static boolean isClient(GuestExchange exchange, InetAddress asked) {
        return InetAddress.ofLiteral(exchange.request().remoteAddress()).equals(asked);
    }

    private static Optional<Location> place(Place place) {
        return place.clientCountry().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Location(
                                place.clientCountry(), place.clientCity(), NO_DEGREES, NO_DEGREES));
    }
}
