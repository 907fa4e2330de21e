package dev.cress.wasm.split;

import java.util.List;

/// A run of statements of one block that may become a function.
///
/// @param block the statements of its block
/// @param from its first one among them
/// @param to the one behind its last
/// @param touched the locals that it reads or writes
/// @param parameters those whose values it needs
/// @param results those that it writes and that are read behind it
/// @param exits the blocks that it branches to beside what is within it
/// @param falls whether control also goes on behind it
/// @param gain how much less there is without it
@SuppressWarnings("ArrayRecordComponent") // never compared
record Region(
        List<Statement> block,
        int from,
        int to,
        int[] touched,
        int[] parameters,
        int[] results,
        List<Block> exits,
        boolean falls,
        int gain) {
    List<Statement> statements() {
        return block.subList(from, to);
    }

    boolean isTaken() {
        return statements().stream().anyMatch(Statement::isTaken);
    }

    void take() {
        statements().forEach(Statement::take);
    }

    /// Puts another statement in its place.
    void replaceBy(Statement statement) {
        statements().clear();
        block.add(from, statement);
    }
}
