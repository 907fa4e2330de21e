package dev.cress.control.module;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Work that waits, a bounded queue for each tenant. The next one is of the tenant whose last one
/// came out longest ago, so that a tenant with much work delays another's by none of it that hasn't
/// begun; within a tenant it is the oldest. Not thread-safe.
final class FairQueue<T> {
    /// Tenants without work of which it is known when they had their last turn. To be forgotten is
    /// to be first.
    static final int TURNS_KEPT_MAX = 64;

    private final int waitingMax;
    private final Map<String, Line<T>> lines = new LinkedHashMap<>();
    private int size;
    private long turns;

    /// @param waitingMax pieces of work of one tenant
    FairQueue(int waitingMax) {
        this.waitingMax = waitingMax;
    }

    private static final class Line<T> {
        final ArrayDeque<T> work = new ArrayDeque<>();
        long lastTurn;
    }

    /// Returns whether there was room.
    boolean offer(String tenant, T work) {
        Line<T> line = lines.computeIfAbsent(tenant, _ -> new Line<>());
        if (line.work.size() >= waitingMax) {
            return false;
        }
        line.work.add(work);
        size++;
        return true;
    }

    /// Takes out what is next.
    Optional<T> poll() {
        Line<T> next = longestWithoutTurn(false);
        if (next == null) {
            return Optional.empty();
        }
        next.lastTurn = ++turns;
        size--;
        T work = next.work.remove();
        forget();
        return Optional.of(work);
    }

    /// Takes out this one. Returns whether it waited.
    boolean remove(String tenant, T work) {
        Line<T> line = lines.get(tenant);
        boolean waited = line != null && line.work.remove(work);
        if (waited) {
            size--;
            forget();
        }
        return waited;
    }

    /// Takes out all.
    List<T> drain() {
        List<T> all = lines.values().stream().flatMap(line -> line.work.stream()).toList();
        lines.clear();
        size = 0;
        return all;
    }

    /// Of all tenants.
    int size() {
        return size;
    }

    /// Of this tenant.
    int size(String tenant) {
        Line<T> line = lines.get(tenant);
        return line == null ? 0 : line.work.size();
    }

    /// With work, or with a turn that isn't forgotten.
    int tenantsKnown() {
        return lines.size();
    }

    /// Among tenants that have work, or among those that have none; of two that never had a turn
    /// the one that came first.
    private @Nullable Line<T> longestWithoutTurn(boolean empty) {
        Line<T> longest = null;
        for (Line<T> line : lines.values()) {
            if (line.work.isEmpty() == empty
                    && (longest == null || line.lastTurn < longest.lastTurn)) {
                longest = line;
            }
        }
        return longest;
    }

    private void forget() {
        long idle = lines.values().stream().filter(line -> line.work.isEmpty()).count();
        if (idle > TURNS_KEPT_MAX) {
            Line<T> oldest = longestWithoutTurn(true);
            lines.values().removeIf(line -> line == oldest);
        }
    }
}
