package dev.cress.control.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Share;
import dev.cress.contract.Wave;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// The deployments of each function. Lives as long as one transaction.
final class Deployments {
    private final Transaction transaction;

    Deployments(Transaction transaction) {
        this.transaction = transaction;
    }

    /// A column of shares.
    private record Shares(@JsonValue List<Share> list) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Shares {
            list = List.copyOf(list);
        }
    }

    Optional<Deployment> present(FunctionName name) {
        return newest(name, 1).stream().findFirst();
    }

    /// Newest first.
    List<Deployment> newest(FunctionName name, int count) {
        return newest(name, Long.MAX_VALUE, count);
    }

    /// Those with smaller ids, newest first.
    List<Deployment> newest(FunctionName name, long before, int count) {
        return transaction.list(
                """
                SELECT id, rollout, shares, cause, created_at_ms, wave, reason FROM deployment
                WHERE function = ? AND id < ? ORDER BY id DESC LIMIT ?\
                """,
                Deployments::read,
                name.value(),
                before,
                count);
    }

    /// From a row that begins with id, rollout, shares, cause, created_at_ms, wave and reason.
    static Deployment read(ResultSet row) throws SQLException {
        String wave = row.getString(6);
        return new Deployment(
                row.getInt(1),
                row.getInt(2),
                Json.read(row.getString(3), Shares.class).list(),
                wave.isEmpty() ? null : Json.read(wave, Wave.class),
                row.getString(4),
                row.getString(7),
                row.getLong(5));
    }

    /// The id that the next deployment of this function has.
    int nextId(FunctionName name) {
        transaction.update(
                "UPDATE function SET deployments_made = deployments_made + 1 WHERE name = ?",
                name.value());
        return (int)
                transaction.count(
                        "SELECT deployments_made FROM function WHERE name = ?", name.value());
    }

    void insert(FunctionName name, Deployment deployment, long revision) {
        transaction.update(
                """
                INSERT INTO deployment
                  (function, id, rollout, shares, cause, created_at_ms, wave, reason, revision)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)\
                """,
                name.value(),
                deployment.id(),
                deployment.rollout(),
                Json.write(new Shares(deployment.shares())),
                deployment.cause(),
                deployment.createdAtMs(),
                deployment.wave() == null ? "" : Json.write(deployment.wave()),
                deployment.reason(),
                revision);
    }

    /// The revision that made this deployment durable.
    long revision(FunctionName name, int id) {
        return transaction.count(
                "SELECT revision FROM deployment WHERE function = ? AND id = ?", name.value(), id);
    }
}
