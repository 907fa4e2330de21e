package dev.cress.control.store;

import dev.cress.contract.Api.RolloutState;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Outcomes;
import dev.cress.contract.RolloutPlan;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Each function's newest rollout by a plan, and what its versions' requests came to. Lives as long
/// as one transaction.
final class RolloutRows {
    private static final String COLUMNS =
            "function, since_ms, id, version, stable, plan, step, deployment, state, reason";

    private final Transaction transaction;

    RolloutRows(Transaction transaction) {
        this.transaction = transaction;
    }

    Optional<StoredRollout> find(FunctionName name) {
        return transaction.first(
                "SELECT " + COLUMNS + " FROM rollout WHERE function = ?",
                RolloutRows::read,
                name.value());
    }

    /// Those that go on, by function.
    List<StoredRollout> running(int count) {
        return transaction.list(
                "SELECT " + COLUMNS + " FROM rollout WHERE state = ? ORDER BY function LIMIT ?",
                RolloutRows::read,
                StoredRollout.RUNNING,
                count);
    }

    private static StoredRollout read(ResultSet row) throws SQLException {
        return new StoredRollout(new FunctionName(row.getString(1)), state(row, 3), row.getLong(2));
    }

    /// From a row that has id, version, stable, plan, step, deployment, state and reason there.
    static RolloutState state(ResultSet row, int at) throws SQLException {
        return new RolloutState(
                row.getInt(at),
                row.getInt(at + 1),
                row.getInt(at + 2),
                Json.read(row.getString(at + 3), RolloutPlan.class),
                row.getInt(at + 4),
                row.getInt(at + 5),
                row.getString(at + 6),
                row.getString(at + 7));
    }

    /// Puts it where it stands now; its step has yet to serve.
    void put(FunctionName name, RolloutState state) {
        transaction.update("DELETE FROM rollout WHERE function = ?", name.value());
        transaction.update(
                """
                INSERT INTO rollout (function, since_ms, id, version, stable, plan, step,
                  deployment, state, reason) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?)\
                """,
                name.value(),
                state.id(),
                state.version(),
                state.stable(),
                Json.write(state.plan()),
                state.step(),
                state.deployment(),
                state.state(),
                state.reason());
    }

    /// Something else was deployed.
    void replaced(FunctionName name) {
        transaction.update(
                "UPDATE rollout SET state = ? WHERE function = ? AND state IN (?, ?)",
                StoredRollout.REPLACED,
                name.value(),
                StoredRollout.RUNNING,
                StoredRollout.HELD);
    }

    /// The present step serves wherever it should, as of now.
    void serves(FunctionName name) {
        transaction.update(
                "UPDATE rollout SET since_ms = %s WHERE function = ?"
                        .formatted(transaction.dialect().nowMs()),
                name.value());
    }

    long nowMs() {
        return transaction.count("SELECT " + transaction.dialect().nowMs());
    }

    /// What requests of this rollout came to, on all servers.
    List<RolloutSteps.Counted> outcomes(FunctionName name, int rollout) {
        return transaction.list(
                """
                SELECT rollout, deployment, version, region, counted FROM outcome
                WHERE function = ? AND rollout = ?\
                """,
                row ->
                        new RolloutSteps.Counted(
                                name,
                                row.getInt(1),
                                row.getInt(2),
                                row.getInt(3),
                                row.getString(4),
                                Json.read(row.getString(5), Outcomes.class)),
                name.value(),
                rollout);
    }

    /// Keeps what this server has counted so far, if the function is still there.
    void count(RolloutSteps.Counted counted, String server) {
        transaction.update(
                """
                INSERT INTO outcome (function, rollout, deployment, version, region, server,
                  counted, at_ms)
                SELECT name, ?, ?, ?, ?, ?, ?, %s FROM function WHERE name = ? AND live = 1
                ON CONFLICT (function, rollout, deployment, version, region, server)
                DO UPDATE SET counted = excluded.counted, at_ms = excluded.at_ms\
                """
                        .formatted(transaction.dialect().nowMs()),
                counted.rollout(),
                counted.deployment(),
                counted.version(),
                counted.region(),
                server,
                Json.write(counted.outcomes()),
                counted.function().value());
    }

    /// Takes out what was counted last so long ago, so many rows at most.
    ///
    /// @return how many went
    int trim(Duration kept, int most) {
        return transaction.update(
                """
                DELETE FROM outcome WHERE (function, rollout, deployment, version, region, server)
                IN (SELECT function, rollout, deployment, version, region, server FROM outcome
                  WHERE at_ms < %s - ? ORDER BY at_ms LIMIT ?)\
                """
                        .formatted(transaction.dialect().nowMs()),
                kept.toMillis(),
                most);
    }
}
