package dev.cress.control.store;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Position;

import java.util.List;

/// A revision as those need it who were behind it: what the function is now they hear elsewhere.
///
/// @param previous the hash of the revision before
/// @param functions those that it changed
public record Passed(String previous, Position position, List<FunctionName> functions) {
    public Passed {
        functions = List.copyOf(functions);
    }

    /// This revision, when it has been heard.
    public static Passed of(Revision revision) {
        return new Passed(revision.previous(), revision.position(), revision.change().names());
    }
}
