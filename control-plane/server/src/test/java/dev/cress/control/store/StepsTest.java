package dev.cress.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the steps of the schema may be: one that is called additive must not get in the way of a
/// server that doesn't know it.
class StepsTest {
    private static final Pattern TABLE = Pattern.compile("CREATE TABLE (\\w+) \\((.*)\\) STRICT");
    private static final Pattern COLUMN =
            Pattern.compile(
                    "ALTER TABLE \\w+ ADD COLUMN \\w+"
                            + " (TEXT|INTEGER) NOT NULL DEFAULT ('[^']*'|-?\\d+)");
    private static final Pattern INDEX = Pattern.compile("CREATE INDEX \\w+ ON \\w+ \\([^()]*\\)");
    private static final Pattern UNIQUE =
            Pattern.compile("CREATE UNIQUE INDEX \\w+ ON (\\w+) \\([^()]*\\)");
    private static final Pattern ROW = Pattern.compile("INSERT INTO (\\w+) .*");
    private static final Pattern REFERS = Pattern.compile("\\bREFERENCES (\\w+)");

    /// The statements that a server which doesn't know them could stumble over: all but new tables
    /// and what is in them, columns with a default, and indexes that refuse nothing.
    private static List<String> notAdditive(List<String> statements) {
        Set<String> own = new HashSet<>();
        var wrong = new ArrayList<String>();
        for (String statement : statements) {
            String sql = statement.replaceAll("\\s+", " ").strip();
            Matcher table = TABLE.matcher(sql);
            if (table.matches()) {
                own.add(table.group(1));
                // else a row here would keep an older server from taking out the one that it names
                if (REFERS.matcher(sql).results().allMatch(name -> own.contains(name.group(1)))) {
                    continue;
                }
            } else if (COLUMN.matcher(sql).matches() || INDEX.matcher(sql).matches()) {
                continue;
            } else {
                boolean isOfOwn =
                        Stream.of(UNIQUE, ROW)
                                .map(pattern -> pattern.matcher(sql))
                                .anyMatch(m -> m.matches() && own.contains(m.group(1)));
                if (isOfOwn && !sql.contains("SELECT")) {
                    continue;
                }
            }
            wrong.add(sql);
        }
        return wrong;
    }

    @Test
    void anAdditiveStepOnlyAdds() {
        assertThat(Steps.OURS.stream().filter(Step::isAdditive))
                .isNotEmpty()
                .allSatisfy(step -> assertThat(notAdditive(step.statements())).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE tag",
                "ALTER TABLE node RENAME TO nodes",
                "ALTER TABLE node DROP COLUMN info",
                "ALTER TABLE node ADD COLUMN a TEXT NOT NULL",
                "ALTER TABLE node ADD COLUMN a TEXT",
                "ALTER TABLE node ADD COLUMN a TEXT NOT NULL DEFAULT '' UNIQUE",
                "ALTER TABLE node ADD COLUMN a TEXT NOT NULL DEFAULT '' REFERENCES tenant",
                "CREATE UNIQUE INDEX a ON node (info)",
                "CREATE TABLE a (node TEXT PRIMARY KEY REFERENCES node) STRICT",
                "UPDATE node SET info = ''",
                "DELETE FROM node",
                "INSERT INTO head (name, number, hash) VALUES ('a', 0, '')",
                "CREATE TRIGGER a BEFORE UPDATE ON node BEGIN SELECT 1; END"
            })
    void whatIsMoreThanThatIsSeen(String statement) {
        assertThat(notAdditive(List.of(statement))).hasSize(1);
    }

    @Test
    void whatOnlyAddsIsTaken() {
        assertThat(
                        notAdditive(
                                List.of(
                                        "CREATE TABLE a (n TEXT PRIMARY KEY) STRICT",
                                        "CREATE TABLE b (n TEXT NOT NULL REFERENCES a) STRICT",
                                        "CREATE UNIQUE INDEX c ON b (n)",
                                        "INSERT INTO a (n) VALUES ('x')",
                                        "CREATE INDEX d ON node (info)",
                                        "ALTER TABLE node ADD COLUMN e INTEGER NOT NULL DEFAULT"
                                                + " -1")))
                .isEmpty();
    }

    @Test
    void everyTableIsCopiedOrOfThePlace(@TempDir Path folder) {
        var dialect = Dialect.of(Engine.SQLITE.fresh(folder));
        try (var database = Database.open(dialect)) {
            List<String> there =
                    database.read(
                            transaction ->
                                    transaction.list(
                                            "SELECT name FROM sqlite_schema WHERE type = 'table'",
                                            row -> row.getString(1)));
            assertThat(there).isSubsetOf(both()).containsAll(StoreCopy.TABLES);
        }
    }

    private static List<String> both() {
        return Stream.concat(StoreCopy.TABLES.stream(), StoreCopy.OF_THE_PLACE.stream()).toList();
    }
}
