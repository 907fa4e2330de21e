package dev.cress.contract;

import java.util.Objects;

/// A place in the control plane's log of revisions.
///
/// @param epoch which log: a restored or recreated store has another
/// @param revision 0 before the first change, then gapless
/// @param hash of this revision, which covers all before it
public record Position(String epoch, long revision, String hash) {
    /// Where a node stands that knows nothing.
    public static final Position NOWHERE = new Position("", 0, "");

    public Position {
        Objects.requireNonNull(epoch, "epoch");
        Objects.requireNonNull(hash, "hash");
    }
}
