package dev.cress.control.store;

import dev.cress.contract.FunctionState;
import dev.cress.contract.Position;

import java.util.List;

/// What a session of the sync needs to begin with: one state of everything.
///
/// @param newest the newest revisions, at most [#REVISIONS_MAX], for nodes that come back
public record Image(
        Position position,
        List<FunctionState> functions,
        List<Revision> newest,
        List<KnownNode> nodes,
        List<StoredToken> tokens) {
    /// Revisions that a node may be behind and still get a delta; further back a snapshot is
    /// cheaper to be sure of.
    public static final int REVISIONS_MAX = 256;

    static Image of(Tables tables) {
        return new Image(
                tables.log().head(),
                tables.functions().states(),
                tables.log().newest(REVISIONS_MAX),
                tables.nodes().list(),
                tables.tokens().list());
    }
}
