package dev.cress.control.store;

import java.util.List;

/// One change of the store's tables. Its number is its place after the [Schema], and never
/// another's.
///
/// @param name for people, and to tell two lines of builds apart
/// @param needs the last step that a build must know to go on with a store that has this one: an
///     additive one needs none
/// @param statements in SQLite's words, as the [Schema] has them
record Step(int number, String name, int needs, List<String> statements) {
    Step {
        statements = List.copyOf(statements);
        if (number <= Schema.VERSION || needs > number) {
            throw new IllegalArgumentException(
                    "step %d (%s) needs %d".formatted(number, name, needs));
        }
    }

    /// One that builds without it go on beside: tables, columns with a default, and indexes, that
    /// they pass over. What it may have a test says.
    static Step additive(int number, String name, String... statements) {
        return new Step(number, name, 0, List.of(statements));
    }

    /// One that takes or changes what builds use that don't know this earlier step: they refuse the
    /// store. A step that needs itself stops all others.
    static Step needing(int needs, int number, String name, String... statements) {
        return new Step(number, name, needs, List.of(statements));
    }

    boolean isAdditive() {
        return needs == 0;
    }

    @Override
    public String toString() {
        return "step %d (%s)".formatted(number, name);
    }
}
