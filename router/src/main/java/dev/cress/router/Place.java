package dev.cress.router;

/// Where an address is, as far as the table knows.
///
/// @param country ISO 3166-1 alpha-2, or empty
/// @param city its name, or empty
/// @param point [Point#NOWHERE] if unknown
record Place(String country, String city, Point point) {
    static final Place UNKNOWN = new Place("", "", Point.NOWHERE);
}
