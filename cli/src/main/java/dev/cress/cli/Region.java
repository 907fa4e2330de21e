package dev.cress.cli;

import dev.cress.identity.FleetIdentity;

import java.util.Map;
import java.util.regex.Pattern;

/// A region as it is given on the command line: `NAME@LATITUDE,LONGITUDE`, or a name that is known.
///
/// @param latitude in degrees
/// @param longitude in degrees
record Region(String name, double latitude, double longitude) {
    private static final Pattern TEXT =
            Pattern.compile("([a-z0-9-]+)(?:@(-?[0-9.]{1,20}),(-?[0-9.]{1,20}))?");

    /// Places that need no coordinates, by their airports.
    private static final Map<String, Region> KNOWN =
            Map.ofEntries(
                    known("fra", 50.1, 8.7),
                    known("iad", 39.0, -77.5),
                    known("ams", 52.4, 4.9),
                    known("lhr", 51.5, -0.1),
                    known("cdg", 48.9, 2.4),
                    known("waw", 52.2, 21.0),
                    known("sfo", 37.8, -122.4),
                    known("sea", 47.6, -122.3),
                    known("ord", 41.9, -87.6),
                    known("yyz", 43.7, -79.4),
                    known("gru", -23.5, -46.6),
                    known("jnb", -26.2, 28.0),
                    known("bom", 19.1, 72.9),
                    known("sin", 1.4, 103.8),
                    known("hkg", 22.3, 114.2),
                    known("nrt", 35.7, 139.7),
                    known("syd", -33.9, 151.2));

    private static Map.Entry<String, Region> known(String name, double latitude, double longitude) {
        return Map.entry(name, new Region(name, latitude, longitude));
    }

    /// The same where the operator said that this member is, if he did.
    Region movedTo(FleetIdentity member) {
        return new Region(
                name, member.latitude().orElse(latitude), member.longitude().orElse(longitude));
    }

    static Region parse(String text) {
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new CliException(
                    "region '%s' must be NAME@LATITUDE,LONGITUDE, like fra@50.1,8.7"
                            .formatted(text));
        }
        if (parts.group(2) == null) {
            Region known = KNOWN.get(parts.group(1));
            if (known == null) {
                throw new CliException(
                        "where region '%s' is isn't known: say %s@LATITUDE,LONGITUDE"
                                .formatted(text, text));
            }
            return known;
        }
        try {
            return new Region(
                    parts.group(1),
                    Double.parseDouble(parts.group(2)),
                    Double.parseDouble(parts.group(3)));
        } catch (NumberFormatException e) {
            throw new CliException(
                    "region '%s' has a coordinate that is no number".formatted(text));
        }
    }
}
