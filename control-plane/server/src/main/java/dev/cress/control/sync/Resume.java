package dev.cress.control.sync;

/// What brings a node from where it stands to where the log stands.
sealed interface Resume {
    /// Nothing: it is level.
    record Level() implements Resume {}

    /// One delta, encoded.
    record Since(String delta) implements Resume {}

    /// The whole, encoded.
    ///
    /// @param alarm what is wrong with where the node says that it stands, else empty
    record Whole(String snapshot, String alarm) implements Resume {}
}
