package dev.cress.control.sync;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Position;
import dev.cress.control.store.Image;
import dev.cress.control.store.Passed;
import dev.cress.control.store.Revision;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The log's head as nodes know it, and what the newest revisions changed, in memory. Frames are
/// encoded here, once for all nodes that get the same: those of the build before, which know of no
/// tenants, get the functions of the tenant `default` and stand at the same position. No I/O;
/// confined to the event loop.
final class FleetImage {
    /// Deltas that are kept encoded.
    private static final int DELTAS_MAX = 16;

    private final Map<FunctionName, FunctionState> functions = new TreeMap<>();
    private final ArrayDeque<Passed> newest = new ArrayDeque<>();
    private UnaryOperator<String> signs;
    private Position position;
    private @Nullable String snapshot;
    private @Nullable String defaults;

    /// Deltas to the present position by where they begin, those without tenants by its negative:
    /// nodes that were cut off together come back together.
    private final Map<Long, String> deltas = new HashMap<>();

    /// @param signs what a node gets: text in, text out
    FleetImage(Image stored, UnaryOperator<String> signs) {
        this.signs = signs;
        position = stored.position();
        replace(stored);
    }

    /// Forgets everything for this.
    final void replace(Image stored) {
        position = stored.position();
        changed();
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
        changed();
    }

    private void changed() {
        snapshot = null;
        defaults = null;
        deltas.clear();
    }

    /// A frame for nodes of this build, signed.
    String signed(ControlFrame frame) {
        return signs.apply(Json.write(frame));
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
        revision.change().changed().forEach(state -> functions.put(state.name(), state));
        revision.change().removed().forEach(functions::remove);
        var passed = Passed.of(revision);
        newest.addLast(passed);
        if (newest.size() > Image.REVISIONS_MAX) {
            newest.removeFirst();
        }
        long from = position.revision();
        position = revision.position();
        changed();
        String all = delta(from, List.of(passed), true).text();
        return new Delta(
                all,
                revision.change().names().stream().allMatch(name -> isFor(false, name))
                        ? all
                        : delta(from, List.of(passed), false).text());
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
        long behind = position.revision() - at.revision();
        if (behind > newest.size()) {
            return new Resume.Whole(snapshot(tenants), "");
        }
        var missed = newest.stream().skip(newest.size() - behind).toList();
        return missed.getFirst().previous().equals(at.hash())
                ? since(at.revision(), missed, tenants)
                : otherHash(tenants);
    }

    /// What was missed or the whole, whichever is smaller.
    private Resume since(long from, List<Passed> missed, boolean tenants) {
        long key = tenants ? from : -1 - from;
        String known = deltas.get(key);
        if (known != null) {
            return new Resume.Since(known);
        }
        Encoded delta = delta(from, missed, tenants);
        // What changed is in a snapshot, too: that can be smaller only where more has gone than
        // stands unchanged, each by its name, which is less than a state.
        long unchanged =
                functions.keySet().stream().filter(name -> isFor(tenants, name)).count()
                        - delta.changed;
        if (delta.removed >= unchanged && snapshot(tenants).length() < delta.text.length()) {
            return new Resume.Whole(snapshot(tenants), "");
        }
        if (deltas.size() == DELTAS_MAX) {
            deltas.clear();
        }
        deltas.put(key, delta.text);
        return new Resume.Since(delta.text);
    }

    private Resume otherHash(boolean tenants) {
        return alarm(tenants, "its revision has another hash");
    }

    private Resume alarm(boolean tenants, String why) {
        return new Resume.Whole(snapshot(tenants), why);
    }

    /// A delta, signed.
    ///
    /// @param changed functions that it has
    /// @param removed names that it has
    private record Encoded(String text, int changed, int removed) {}

    private Encoded delta(long from, List<Passed> passed, boolean tenants) {
        var changed = new ArrayList<FunctionState>();
        var removed = new ArrayList<FunctionName>();
        var names = new LinkedHashSet<FunctionName>();
        passed.forEach(revision -> names.addAll(revision.functions()));
        for (FunctionName name : names) {
            FunctionState state = functions.get(name);
            if (!isFor(tenants, name)) {
                continue;
            }
            if (state == null) {
                removed.add(name);
            } else {
                changed.add(state);
            }
        }
        String text =
                signs.apply(Json.write(new ControlFrame.Delta(from, position, changed, removed)));
        return new Encoded(text, changed.size(), removed.size());
    }
}
