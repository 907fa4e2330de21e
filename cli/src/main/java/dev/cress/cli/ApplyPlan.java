package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Version;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// What applying a folder changes, function by function.
record ApplyPlan(List<Source> sources, List<Entry> entries) {
    /// Bytes of all modules of one plan, filters included.
    static final long BYTES_MAX = 1L << 30;

    ApplyPlan {
        sources = List.copyOf(sources);
        entries = List.copyOf(entries);
    }

    /// What becomes of a function.
    enum Action {
        CREATE("+"),
        UPDATE("~"),
        UNCHANGED("=");

        private final String mark;

        Action(String mark) {
            this.mark = mark;
        }
    }

    /// One function's part.
    ///
    /// @param against the version that is live, or null if there is none
    /// @param changes as a deploy shows them
    record Entry(
            FunctionName function, Action action, @Nullable Integer against, List<String> changes) {
        Entry {
            changes = List.copyOf(changes);
        }
    }

    /// @param folder has a manifest, or folders that have one
    static ApplyPlan of(Path folder, ControlClient client) {
        List<Source> sources = manifests(folder).stream().map(ApplyPlan::source).toList();
        requireWithinLimits(folder, sources);
        return new ApplyPlan(sources, sources.stream().map(each -> entry(each, client)).toList());
    }

    private static Source source(Path manifest) {
        return Source.of(Optional.empty(), Optional.of(manifest));
    }

    private static List<Path> manifests(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new CliException("%s is no folder".formatted(folder));
        }
        Path own = folder.resolve(ManifestFile.FILE_NAME);
        if (Files.exists(own)) {
            return List.of(own);
        }
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> found =
                    inside.map(each -> each.resolve(ManifestFile.FILE_NAME))
                            .filter(Files::exists)
                            .sorted()
                            .limit(Api.PLAN_FUNCTIONS_MAX + 1L)
                            .toList();
            if (found.isEmpty()) {
                throw new CliException(
                        "%s has no cress.toml, nor has a folder in it".formatted(folder));
            }
            return found;
        } catch (IOException e) {
            throw new CliException("%s can't be read: %s".formatted(folder, e));
        }
    }

    private static void requireWithinLimits(Path folder, List<Source> sources) {
        if (sources.size() > Api.PLAN_FUNCTIONS_MAX) {
            throw new CliException(
                    "%s has more than %d functions: apply parts of it"
                            .formatted(folder, Api.PLAN_FUNCTIONS_MAX));
        }
        List<FunctionName> names = new ArrayList<>();
        long bytes = 0;
        for (Source source : sources) {
            if (names.contains(source.name())) {
                throw new CliException(
                        "two manifests in %s are of %s".formatted(folder, source.name()));
            }
            names.add(source.name());
            bytes += size(source.module());
            for (Source.InFront filter : source.filters()) {
                bytes += size(filter.module());
            }
        }
        if (bytes > BYTES_MAX) {
            throw new CliException(
                    "modules of %s have %d MiB, at most %d MiB"
                            .formatted(folder, (bytes + (1 << 20) - 1) >> 20, BYTES_MAX >> 20));
        }
    }

    private static long size(Path module) {
        try {
            return Files.size(module);
        } catch (IOException e) {
            throw new CliException("module %s can't be read: %s".formatted(module, e));
        }
    }

    private static Entry entry(Source source, ControlClient client) {
        Optional<Api.FunctionInfo> known = find(source.name(), client);
        if (known.isEmpty()) {
            return new Entry(source.name(), Action.CREATE, null, List.of());
        }
        Api.FunctionInfo function = known.get();
        Uploaded planned = Uploaded.planned(source);
        Deployment present = function.deployment();
        Version newest = function.versions().getFirst();
        boolean unchanged =
                present != null
                        && present.full()
                        && present.stableVersion() == newest.number()
                        && newest.module().equals(planned.module())
                        && newest.manifest().equals(planned.manifest());
        if (unchanged) {
            return new Entry(source.name(), Action.UNCHANGED, newest.number(), List.of());
        }
        Optional<Version> live =
                function.versions().stream()
                        .filter(v -> present != null && v.number() == present.stableVersion())
                        .findFirst();
        return new Entry(
                source.name(),
                Action.UPDATE,
                present == null ? null : Integer.valueOf(present.stableVersion()),
                live.map(version -> changes(version, planned)).orElse(List.of()));
    }

    private static List<String> changes(Version live, Uploaded planned) {
        List<String> changes = new ArrayList<>();
        if (!live.module().equals(planned.module())) {
            changes.add(
                    "  ~ module: %s → %s"
                            .formatted(live.module().shortHex(), planned.module().shortHex()));
        }
        changes.addAll(ManifestDiff.between(live.manifest(), planned.manifest()));
        return changes;
    }

    private static Optional<Api.FunctionInfo> find(FunctionName name, ControlClient client) {
        try {
            return Optional.of(client.function(name.value()));
        } catch (CliException e) {
            if (e.code().equals("unknown-function")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// For people, a function with what changes about it.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Entry entry : entries) {
            String against =
                    entry.action == Action.UPDATE && entry.against != null
                            ? ", against version %d"
                                    .formatted(Objects.requireNonNull(entry.against))
                            : "";
            lines.add(
                    "%s %s: %s%s"
                            .formatted(
                                    entry.action.mark,
                                    entry.function,
                                    word(entry.action),
                                    against));
            entry.changes.forEach(change -> lines.add("  " + change));
        }
        return lines;
    }

    private static String word(Action action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    /// How many of each.
    String summary() {
        List<String> parts = new ArrayList<>();
        for (Action action : Action.values()) {
            long count = entries.stream().filter(entry -> entry.action == action).count();
            if (count > 0) {
                parts.add("%d %s".formatted(count, word(action)));
            }
        }
        return String.join(", ", parts);
    }
}
