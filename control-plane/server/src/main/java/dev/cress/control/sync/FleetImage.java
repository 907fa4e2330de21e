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
/// once for all nodes that get the same: those of the build before, which know of no tenants, get
/// the functions of the tenant `default` and stand at the same position. No I/O; confined to the
/// event loop.
final class FleetImage {
    private final Map<FunctionName, FunctionState> functions = new TreeMap<>();
    private final ArrayDeque<Revision> newest = new ArrayDeque<>();
    private UnaryOperator<String> signs;
    private Position position;
    private @Nullable String snapshot;
    private @Nullable String defaults;

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
        defaults = null;
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
        defaults = null;
    }

    /// All of them, by name.
    Stream<FunctionState> functions() {
        return functions.values().stream();
    }

    /// Takes the next revision, which follows the present one.
    ///
    /// @return the delta from there
    Delta apply(Revision revision) {
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
        defaults = null;
        String all = delta(from, List.of(revision), true);
        return new Delta(
                all,
                revision.change().name().tenant().isDefault()
                        ? all
                        : delta(from, List.of(revision), false));
    }

    /// A delta, encoded.
    ///
    /// @param defaults what there is of it for nodes that know of no tenants
    record Delta(String all, String defaults) {
        String of(boolean tenants) {
            return tenants ? all : defaults;
        }
    }

    /// The whole state, encoded when it is first asked for after a change.
    ///
    /// @param tenants whether the node knows of them
    String snapshot(boolean tenants) {
        String known = tenants ? snapshot : defaults;
        if (known != null) {
            return known;
        }
        String made =
                signs.apply(
                        Json.write(
                                new ControlFrame.Snapshot(
                                        position,
                                        functions.values().stream()
                                                .filter(state -> isFor(tenants, state.name()))
                                                .toList())));
        if (tenants) {
            snapshot = made;
        } else {
            defaults = made;
        }
        return made;
    }

    private static boolean isFor(boolean tenants, FunctionName function) {
        return tenants || function.tenant().isDefault();
    }

    /// What a node needs that stands there.
    ///
    /// @param tenants whether it knows of them
    Resume resume(Position at, boolean tenants) {
        if (at.epoch().isEmpty()) {
            return new Resume.Whole(snapshot(tenants), "");
        }
        if (!at.epoch().equals(position.epoch())) {
            return alarm(tenants, "it follows another log, of epoch " + at.epoch());
        }
        if (at.revision() > position.revision()) {
            return alarm(tenants, "it is ahead: the log ends at revision " + position.revision());
        }
        if (at.revision() == position.revision()) {
            return at.hash().equals(position.hash()) ? new Resume.Level() : otherHash(tenants);
        }
        var missed =
                newest.stream()
                        .filter(revision -> revision.position().revision() > at.revision())
                        .toList();
        if (missed.size() != position.revision() - at.revision()) {
            return new Resume.Whole(snapshot(tenants), "");
        }
        return missed.getFirst().previous().equals(at.hash())
                ? new Resume.Since(delta(at.revision(), missed, tenants))
                : otherHash(tenants);
    }

    private Resume otherHash(boolean tenants) {
        return alarm(tenants, "its revision has another hash");
    }

    private Resume alarm(boolean tenants, String why) {
        return new Resume.Whole(snapshot(tenants), why);
    }

    private String delta(long from, Collection<Revision> revisions, boolean tenants) {
        var changed = new LinkedHashMap<FunctionName, FunctionState>();
        var removed = new LinkedHashMap<FunctionName, FunctionName>();
        for (Revision revision : revisions) {
            if (!isFor(tenants, revision.change().name())) {
                continue;
            }
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
