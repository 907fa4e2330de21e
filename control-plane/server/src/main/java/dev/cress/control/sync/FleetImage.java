package dev.cress.control.sync;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Position;
import dev.cress.control.store.Change;
import dev.cress.control.store.Image;
import dev.cress.control.store.Revision;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The log's head as nodes know it, and the newest revisions, in memory. Frames are encoded here,
/// once for all nodes that get the same. No I/O; confined to the event loop.
final class FleetImage {
    private final Map<FunctionName, FunctionState> functions = new TreeMap<>();
    private final ArrayDeque<Revision> newest = new ArrayDeque<>();
    private UnaryOperator<String> signs;
    private Position position;
    private @Nullable String snapshot;

    /// @param signs what a node gets: text in, text out
    FleetImage(Image stored, UnaryOperator<String> signs) {
        this.signs = signs;
        position = stored.position();
        replace(stored);
    }

    /// Forgets everything for this.
    final void replace(Image stored) {
        position = stored.position();
        snapshot = null;
        functions.clear();
        stored.functions().forEach(state -> functions.put(state.name(), state));
        newest.clear();
        newest.addAll(stored.newest());
    }

    Position position() {
        return position;
    }

    Optional<FunctionState> function(FunctionName name) {
        return Optional.ofNullable(functions.get(name));
    }

    /// What comes is signed by this.
    void signBy(UnaryOperator<String> signer) {
        signs = signer;
        snapshot = null;
    }

    /// All of them, by name.
    Stream<FunctionState> functions() {
        return functions.values().stream();
    }

    /// Takes the next revision, which follows the present one.
    ///
    /// @return the delta from there, encoded
    String apply(Revision revision) {
        if (revision.position().revision() != position.revision() + 1) {
            throw new IllegalStateException(
                    "revision %d came after %d"
                            .formatted(revision.position().revision(), position.revision()));
        }
        switch (revision.change()) {
            case Change.Deployed(var state) -> functions.put(state.name(), state);
            case Change.Deleted(var name) -> functions.remove(name);
        }
        newest.addLast(revision);
        if (newest.size() > Image.REVISIONS_MAX) {
            newest.removeFirst();
        }
        long from = position.revision();
        position = revision.position();
        snapshot = null;
        return delta(from, List.of(revision));
    }

    /// The whole state, encoded when it is first asked for after a change.
    String snapshot() {
        if (snapshot == null) {
            snapshot =
                    signs.apply(
                            Json.write(
                                    new ControlFrame.Snapshot(
                                            position, List.copyOf(functions.values()))));
        }
        return snapshot;
    }

    /// What a node needs that stands there.
    Resume resume(Position at) {
        if (at.epoch().isEmpty()) {
            return new Resume.Whole(snapshot(), "");
        }
        if (!at.epoch().equals(position.epoch())) {
            return alarm("it follows another log, of epoch " + at.epoch());
        }
        if (at.revision() > position.revision()) {
            return alarm("it is ahead: the log ends at revision " + position.revision());
        }
        if (at.revision() == position.revision()) {
            return at.hash().equals(position.hash()) ? new Resume.Level() : otherHash();
        }
        var missed =
                newest.stream()
                        .filter(revision -> revision.position().revision() > at.revision())
                        .toList();
        if (missed.size() != position.revision() - at.revision()) {
            return new Resume.Whole(snapshot(), "");
        }
        return missed.getFirst().previous().equals(at.hash())
                ? new Resume.Since(delta(at.revision(), missed))
                : otherHash();
    }

    private Resume otherHash() {
        return alarm("its revision has another hash");
    }

    private Resume alarm(String why) {
        return new Resume.Whole(snapshot(), why);
    }

    private String delta(long from, Collection<Revision> revisions) {
        var changed = new LinkedHashMap<FunctionName, FunctionState>();
        var removed = new LinkedHashMap<FunctionName, FunctionName>();
        for (Revision revision : revisions) {
            switch (revision.change()) {
                case Change.Deployed(var state) -> {
                    changed.put(state.name(), state);
                    removed.remove(state.name());
                }
                case Change.Deleted(var name) -> {
                    changed.remove(name);
                    removed.put(name, name);
                }
            }
        }
        return signs.apply(
                Json.write(
                        new ControlFrame.Delta(
                                from,
                                position,
                                List.copyOf(changed.values()),
                                List.copyOf(removed.values()))));
    }
}
