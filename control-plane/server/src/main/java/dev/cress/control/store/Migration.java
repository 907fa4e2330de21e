package dev.cress.control.store;

import dev.cress.contract.Build;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Brings a store's tables to what a build knows, and refuses a store that the build can't go on
/// with.
///
/// The store has one number, the last step that a build must know to go on with it, which every
/// build looks at since the first; and a row for each [Step] that was made. A step that is additive
/// leaves the number as it is, and one that isn't waits until no server lives that couldn't go on.
/// So a build goes on beside those that know less and those that know more, until a step needs what
/// it doesn't know. All steps that are missing are made in one transaction, under a lock: of
/// servers that start at once one makes them, and one that ends half way made none.
///
/// @param steps that this build knows
record Migration(List<Step> steps) {
    /// Builds before the first step know no such table, and never copy it.
    static final String TABLE = "schema_step";

    Migration {
        steps = List.copyOf(steps);
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).number() != Schema.VERSION + 1 + i) {
                throw new IllegalArgumentException(steps.get(i) + " is out of its place");
            }
        }
    }

    /// A step that somebody made.
    private record Made(int number, String name, String build) {
        @Override
        public String toString() {
            return "step %d (%s) of cress %s".formatted(number, name, build);
        }
    }

    private int known() {
        return Schema.VERSION + steps.size();
    }

    /// Makes what is missing.
    ///
    /// @return steps that the store has and this build doesn't know, for people
    List<String> bring(Transaction transaction) {
        Dialect dialect = transaction.dialect();
        dialect.lockSchema(transaction);
        int needs = requireReadable(transaction);
        if (needs < Schema.VERSION) {
            Schema.STEPS.subList(needs, Schema.VERSION).stream()
                    .flatMap(List::stream)
                    .map(dialect::definition)
                    .forEach(transaction::execute);
        }
        transaction.execute(
                dialect.definition(
                        """
                        CREATE TABLE IF NOT EXISTS schema_step (
                          number INTEGER PRIMARY KEY, name TEXT NOT NULL, build TEXT NOT NULL,
                          at_ms INTEGER NOT NULL) STRICT\
                        """));
        Map<Integer, Made> made = made(transaction);
        int needed = Math.max(needs, Schema.VERSION);
        for (Step step : missing(made)) {
            requireKnownToAll(transaction, step);
            step.statements().stream().map(dialect::definition).forEach(transaction::execute);
            transaction.update(
                    "INSERT INTO schema_step (number, name, build, at_ms) VALUES (?, ?, ?, %s)"
                            .formatted(dialect.nowMs()),
                    step.number(),
                    step.name(),
                    Build.version());
            needed = Math.max(needed, step.needs());
        }
        if (needed > needs) {
            dialect.putSchemaVersion(transaction, needed);
        }
        return unknown(made);
    }

    /// Servers that run never look at the number again.
    private static void requireKnownToAll(Transaction transaction, Step step) {
        long older = step.isAdditive() ? 0 : new Servers(transaction).livingBefore(step.needs());
        if (older > 0) {
            throw unusable(
                    ("%s is used by %d control planes that can't go on with %s of this cress: stop"
                                    + " them first, or have them be of the cress between")
                            .formatted(transaction.dialect().name(), older, step));
        }
    }

    /// Leaves the tables as they are.
    ///
    /// @return the same
    List<String> asIs(Transaction transaction) {
        Dialect dialect = transaction.dialect();
        dialect.lockSchema(transaction);
        int needs = requireReadable(transaction);
        Map<Integer, Made> made = made(transaction);
        boolean isOlder =
                needs < Schema.VERSION
                        || missing(made).stream().anyMatch(step -> !step.isAdditive());
        if (isOlder) {
            throw unusable(
                    "%s has schema %d, this program needs %d: use the cress that wrote it"
                            .formatted(dialect.name(), needs, known()));
        }
        return unknown(made);
    }

    private int requireReadable(Transaction transaction) {
        Dialect dialect = transaction.dialect();
        int needs = dialect.schemaVersion(transaction);
        if (needs > known()) {
            throw unusable(
                    ("%s has schema %d, this program knows up to %d: a newer cress changed it so"
                         + " that this one can't go on. Start that one again, or restore a backup"
                         + " of before")
                            .formatted(dialect.name(), needs, known()));
        }
        Map<Integer, Made> made = made(transaction);
        for (Step step : steps) {
            Made other = made.get(step.number());
            if (other != null && !other.name.equals(step.name())) {
                throw unusable(
                        "%s has %s, this program knows it as %s: they are of two lines of builds,"
                                        .formatted(dialect.name(), other, step)
                                + " start one of the other");
            }
        }
        return needs;
    }

    private List<Step> missing(Map<Integer, Made> made) {
        return steps.stream().filter(step -> !made.containsKey(step.number())).toList();
    }

    private List<String> unknown(Map<Integer, Made> made) {
        return made.values().stream()
                .filter(step -> step.number > known())
                .map(Made::toString)
                .toList();
    }

    private static Map<Integer, Made> made(Transaction transaction) {
        var made = new TreeMap<Integer, Made>();
        if (transaction.dialect().hasTable(transaction, TABLE)) {
            transaction
                    .list(
                            "SELECT number, name, build FROM schema_step",
                            row -> new Made(row.getInt(1), row.getString(2), row.getString(3)))
                    .forEach(step -> made.put(step.number, step));
        }
        return made;
    }

    private static StoreException unusable(String why) {
        return new StoreException(StoreException.Kind.UNUSABLE, why);
    }
}
