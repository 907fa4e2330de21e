package dev.cress.contract;

import java.util.regex.Pattern;

/// A node as its fleet knows it.
///
/// @param name unique in the fleet, a DNS label
/// @param region a word of the operator's choice, `fra`
/// @param latitude in degrees, -90 to 90
/// @param longitude in degrees, -180 to 180
/// @param url where the router reaches it, `http://HOST:PORT`
/// @param build the Cress version that it runs
public record NodeInfo(
        String name, String region, double latitude, double longitude, String url, String build) {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    public NodeInfo {
        if (!LABEL.matcher(name).matches()) {
            throw new ContractException(
                    "invalid-node", "node name '%s' is not a DNS label".formatted(name));
        }
        if (!LABEL.matcher(region).matches()) {
            throw new ContractException(
                    "invalid-node", "region '%s' is not a DNS label".formatted(region));
        }
        if (!(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180)) {
            throw new ContractException(
                    "invalid-node",
                    "location %s,%s is out of range: latitude -90 to 90, longitude -180 to 180"
                            .formatted(latitude, longitude));
        }
    }
}
