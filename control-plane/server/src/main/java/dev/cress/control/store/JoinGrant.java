package dev.cress.control.store;

import dev.cress.contract.Role;

import org.jspecify.annotations.Nullable;

/// What a join token lets somebody be.
///
/// @param name empty if the member may choose it
/// @param latitude in degrees, null if the member may choose
/// @param longitude in degrees, null if the member may choose
public record JoinGrant(
        Role role,
        String region,
        String name,
        @Nullable Double latitude,
        @Nullable Double longitude) {
    /// As it stands in a column.
    String place() {
        return latitude == null || longitude == null ? "" : latitude + "," + longitude;
    }

    static JoinGrant of(Role role, String region, String name, String place) {
        if (place.isEmpty()) {
            return new JoinGrant(role, region, name, null, null);
        }
        String[] parts = place.split(",", 2);
        return new JoinGrant(
                role, region, name, Double.valueOf(parts[0]), Double.valueOf(parts[1]));
    }
}
