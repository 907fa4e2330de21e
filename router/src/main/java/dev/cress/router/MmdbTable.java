package dev.cress.router;

import com.maxmind.db.Reader;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Looks addresses up in a MaxMind-format file. Takes flat records (`country_code`, `latitude`,
/// `longitude`, `city`) and those of GeoIP2 (`country.iso_code`, `location.latitude`,
/// `city.names.en`); where only the country is known, its centre stands for the client.
final class MmdbTable implements LocationTable {
    private static final Logger LOG = LoggerFactory.getLogger(MmdbTable.class);
    private static final String BUNDLED = "country.mmdb";
    private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}");
    private static final int CITY_LENGTH_MAX = 128;

    private final Reader reader;
    private final Countries countries = new Countries();

    private MmdbTable(Reader reader) {
        this.reader = reader;
    }

    /// The table that comes with the router: countries only.
    static MmdbTable bundled() {
        try (InputStream in = MmdbTable.class.getResourceAsStream(BUNDLED)) {
            if (in == null) {
                throw new RouterException(BUNDLED + " is not on the class path");
            }
            return new MmdbTable(new Reader(in));
        } catch (IOException e) {
            throw new RouterException("the bundled location table can't be read", e);
        }
    }

    static MmdbTable open(Path file) {
        try {
            return new MmdbTable(new Reader(file.toFile()));
        } catch (IOException e) {
            throw new RouterException(
                    "location table %s can't be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    @Override
    public Place find(InetAddress address) {
        try {
            Map<?, ?> row = reader.get(address, Map.class);
            return row == null ? Place.UNKNOWN : place(row);
        } catch (IOException | RuntimeException e) {
            LOG.warn("the location table fails for {}: {}", address.getHostAddress(), e.toString());
            return Place.UNKNOWN;
        }
    }

    /// Package-private so that both layouts can be tested without a file of each.
    Place place(Map<?, ?> row) {
        String country =
                text(row, "country_code")
                        .or(() -> text(row, "country", "iso_code"))
                        .filter(code -> COUNTRY.matcher(code).matches())
                        .orElse("");
        String city =
                text(row, "city")
                        .or(() -> text(row, "city", "names", "en"))
                        .filter(name -> name.length() <= CITY_LENGTH_MAX)
                        .orElse("");
        Point point =
                point(in(row, "latitude"), in(row, "longitude"))
                        .or(() -> nested(row))
                        .or(() -> countries.centre(country))
                        .orElse(Point.NOWHERE);
        return new Place(country, city, point);
    }

    private static Optional<Point> nested(Map<?, ?> row) {
        return point(in(row, "location", "latitude"), in(row, "location", "longitude"));
    }

    private static Optional<Point> point(Object latitude, Object longitude) {
        double phi = degrees(latitude);
        double lambda = degrees(longitude);
        return Math.abs(phi) <= 90 && Math.abs(lambda) <= 180
                ? Optional.of(Point.of(phi, lambda))
                : Optional.empty();
    }

    /// Some tables write coordinates as text. NaN, which is in no range, for what is no number.
    private static double degrees(Object value) {
        try {
            return switch (value) {
                case Number number -> number.doubleValue();
                case String text -> Double.parseDouble(text);
                default -> Double.NaN;
            };
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static Optional<String> text(Map<?, ?> row, String... path) {
        return in(row, path) instanceof String text && !text.isEmpty()
                ? Optional.of(text)
                : Optional.empty();
    }

    /// The value at the path, or an empty text.
    private static Object in(Map<?, ?> row, String... path) {
        Object value = row;
        for (String key : path) {
            Object next = value instanceof Map<?, ?> map ? map.get(key) : null;
            if (next == null) {
                return "";
            }
            value = next;
        }
        return value;
    }
}
