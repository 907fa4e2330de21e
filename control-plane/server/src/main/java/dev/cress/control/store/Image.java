package dev.cress.control.store;

import dev.cress.contract.FunctionState;
import dev.cress.contract.Position;

import java.util.List;

/// What a server's sessions need to begin with: one state of everything.
///
/// @param fleet all nodes that have been connected
/// @param newest the newest revisions, at most [#REVISIONS_MAX], for nodes that come back
/// @param counts of the side tables' changes so far
public record Image(
        Position position,
        List<FunctionState> functions,
        List<Passed> newest,
        FleetNews fleet,
        List<StoredToken> tokens,
        List<StoredMember> members,
        Heads.Counts counts) {
    /// Revisions that a node may be behind and still get a delta; they stay in the log, whatever
    /// their age.
    public static final int REVISIONS_MAX = 1_024;

    static Image of(Tables tables, String server) {
        return new Image(
                tables.log().head(),
                tables.functions().states(),
                tables.log().newest(REVISIONS_MAX),
                Elsewhere.fleet(tables, server, true, 0),
                tables.tokens().list(),
                new Members(tables).list(),
                tables.heads().counts());
    }
}
