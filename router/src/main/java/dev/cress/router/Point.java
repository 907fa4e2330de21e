package dev.cress.router;

/// A place on the globe as a unit vector: the dot product of two is the cosine of the angle between
/// them, so the greater it is the nearer they are, and ranking needs no trigonometry.
record Point(double x, double y, double z) {
    /// The globe's centre: equally far from everything. For clients of whom nothing is known.
    static final Point NOWHERE = new Point(0, 0, 0);

    private static final double EARTH_RADIUS_KM = 6371.0;

    /// From degrees.
    static Point of(double latitude, double longitude) {
        double phi = Math.toRadians(latitude);
        double lambda = Math.toRadians(longitude);
        return new Point(
                Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi));
    }

    double dot(Point other) {
        return x * other.x + y * other.y + z * other.z;
    }

    /// Along the great circle.
    double distanceKm(Point other) {
        return EARTH_RADIUS_KM * Math.acos(Math.clamp(dot(other), -1, 1));
    }
}
