package dev.cress.cli;

import dev.cress.contract.Bundle;
import dev.cress.contract.Filter;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Warmup;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What a new manifest changes against the live version's, line by line.
final class ManifestDiff {
    private final List<String> lines = new ArrayList<>();

    private ManifestDiff(Manifest from, Manifest to) {
        changed("abi", from.abi(), to.abi());
        changed("snapshot", from.snapshot(), to.snapshot());
        changed("log_level", from.logLevel().text(), to.logLevel().text());
        changed("placement", from.placement(), to.placement());
        limits(from.limits(), to.limits());
        entries("route", from.routes(), to.routes());
        entries("outbound", from.grants().outbound(), to.grants().outbound());
        entries("secret", from.grants().secrets(), to.grants().secrets());
        entries("kv", from.grants().kv(), to.grants().kv());
        changed("scratch_mib", from.grants().scratchMib(), to.grants().scratchMib());
        filters(from.filters(), to.filters());
        assets(from.assets(), to.assets());
        warmup(from.warmup(), to.warmup());
        var names = new TreeSet<>(from.config().keySet());
        names.addAll(to.config().keySet());
        for (String name : names) {
            changed(
                    "config " + name,
                    from.config().getOrDefault(name, "unset"),
                    to.config().getOrDefault(name, "unset"));
        }
    }

    static List<String> between(Manifest from, Manifest to) {
        return List.copyOf(new ManifestDiff(from, to).lines);
    }

    private void limits(Limits from, Limits to) {
        changed("limits cpu_ms", from.cpuMs(), to.cpuMs());
        changed("limits wall_ms", from.wallMs(), to.wallMs());
        changed("limits memory_mib", from.memoryMib(), to.memoryMib());
        changed("limits concurrency", from.concurrency(), to.concurrency());
    }

    private void filters(List<Filter> from, List<Filter> to) {
        entries("filter", from, to);
        boolean sameOnes = Set.copyOf(from).equals(Set.copyOf(to));
        if (sameOnes && !from.equals(to)) {
            changed("filters", from, to);
        }
    }

    private void assets(@Nullable Bundle from, @Nullable Bundle to) {
        changed(
                "assets",
                from == null ? "none" : from.sha256().shortHex(),
                to == null ? "none" : to.sha256().shortHex());
        changed("assets serve", from != null && from.serve(), to != null && to.serve());
    }

    private void warmup(Warmup from, Warmup to) {
        changed("warmup method", from.method(), to.method());
        changed("warmup path", from.path(), to.path());
        changed("warmup requests", from.requests(), to.requests());
        if (!from.body().equals(to.body())) {
            lines.add("  ~ warmup body");
        }
    }

    private void entries(String what, List<?> from, List<?> to) {
        from.stream()
                .filter(entry -> !to.contains(entry))
                .forEach(entry -> lines.add("  - %s %s".formatted(what, entry)));
        to.stream()
                .filter(entry -> !from.contains(entry))
                .forEach(entry -> lines.add("  + %s %s".formatted(what, entry)));
    }

    private void changed(String what, Object from, Object to) {
        if (!from.equals(to)) {
            lines.add("  ~ %s: %s → %s".formatted(what, from, to));
        }
    }
}
