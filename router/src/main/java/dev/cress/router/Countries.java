package dev.cress.router;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Where a country's people are, to about two degrees: its centre of population, not of its area,
/// since clients are people. All codes of ISO 3166-1.
final class Countries {
    private static final String RESOURCE = "countries.csv";

    private final Map<String, Point> centres = new HashMap<>();

    Countries() {
        try (InputStream in = Countries.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(this::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String line) {
        String[] fields = line.split(",", -1);
        centres.put(
                fields[0], Point.of(Double.parseDouble(fields[1]), Double.parseDouble(fields[2])));
    }

    Optional<Point> centre(String code) {
        return Optional.ofNullable(centres.get(code));
    }

    int size() {
        return centres.size();
    }
}
