package dev.cress.control.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A connection within one transaction, narrowed to statements. Used by the thread that runs the
/// transaction. Text that one of the engines can't hold is refused on both: NUL and halves of
/// surrogate pairs.
final class Transaction {
    private final Connection connection;
    private final Dialect dialect;

    Transaction(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    Dialect dialect() {
        return dialect;
    }

    /// A row of a result, read.
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> list(String sql, Row<T> reader, Object... arguments) {
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            try (var rows = statement.executeQuery()) {
                var found = new ArrayList<T>();
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
                return found;
            }
        } catch (SQLException e) {
            throw dialect.explain(e);
        }
    }

    /// Reads rows a few at a time, where all of them would be too much at once.
    void each(String sql, Row<?> reader) {
        try (var statement = connection.createStatement()) {
            dialect.each(statement, sql, rows -> readAll(rows, reader));
        } catch (SQLException e) {
            throw dialect.explain(e);
        }
    }

    private static boolean readAll(ResultSet rows, Row<?> reader) throws SQLException {
        boolean any = false;
        while (rows.next()) {
            any = true;
            reader.read(rows);
        }
        return any;
    }

    <T> Optional<T> first(String sql, Row<T> reader, Object... arguments) {
        return list(sql, reader, arguments).stream().findFirst();
    }

    long count(String sql, Object... arguments) {
        return first(sql, row -> row.getLong(1), arguments).orElse(0L);
    }

    /// Runs a statement that changes rows, and says how many.
    int update(String sql, Object... arguments) {
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw dialect.explain(e);
        }
    }

    void execute(String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw dialect.explain(e);
        }
    }

    /// Runs a statement to its end that does some of its work with each row that it answers.
    void exhaust(String sql) {
        try (var statement = connection.createStatement()) {
            // SQLite's driver reads all rows here, and only the first of `execute`.
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw dialect.explain(e);
        }
    }

    private static void bind(PreparedStatement statement, Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof String text) {
                requireStorable(text);
            }
            statement.setObject(i + 1, arguments[i]);
        }
    }

    private static void requireStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            boolean pair =
                    Character.isHighSurrogate(unit)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1));
            if (unit == 0 || (Character.isSurrogate(unit) && !pair)) {
                throw Refusal.invalid(
                        "invalid-value",
                        "a text has a character that can't be stored at %d: U+%04X"
                                .formatted(i, (int) unit));
            }
            if (pair) {
                i++;
            }
        }
    }
}
