package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.javascript.ScriptModule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What is to be deployed: a function's name, its module's file, its manifest, its files, what
/// stands in front of it, how it gets the traffic. `cress deploy` takes it from its arguments and a
/// `cress.toml`.
record Source(
        FunctionName name,
        Path module,
        Manifest manifest,
        Optional<AssetFolder> assets,
        List<InFront> filters,
        RolloutTable rollout) {
    /// A filter: its module's file, and what its guest finds as its config.
    record InFront(Path module, Map<String, String> config) {}

    /// @param first a name, or a path if there is no second
    /// @param second a module, a manifest, or a folder with one
    static Source of(Optional<String> first, Optional<Path> second) {
        if (second.isPresent()) {
            return at(second.get(), first);
        }
        if (first.isPresent() && isPath(first.get())) {
            return at(Path.of(first.get()), Optional.empty());
        }
        return at(Path.of(ManifestFile.FILE_NAME), first);
    }

    private static boolean isPath(String text) {
        return text.contains("/")
                || text.endsWith(".wasm")
                || isScript(text)
                || text.endsWith(".toml")
                || text.equals(".");
    }

    private static Source at(Path path, Optional<String> name) {
        if (Files.isDirectory(path)) {
            return fromManifest(path.resolve(ManifestFile.FILE_NAME), name);
        }
        if (path.toString().endsWith(".toml")) {
            return fromManifest(path, name);
        }
        String file = path.getFileName().toString();
        String stem = file.replaceFirst("\\.(wasm|js|mjs)$", "");
        return new Source(
                new FunctionName(name.orElse(stem)),
                path,
                Manifest.DEFAULT,
                Optional.empty(),
                List.of(),
                RolloutTable.NONE);
    }

    private static Source fromManifest(Path file, Optional<String> name) {
        if (!Files.exists(file)) {
            throw new CliException(
                    "there is no %s: say what to deploy, `cress deploy NAME MODULE.wasm`, or write one"
                            .formatted(file));
        }
        ManifestFile written = ManifestFile.read(file);
        if (written.module() == null) {
            throw new CliException(
                    "%s names no module: module = \"build/fn.wasm\"".formatted(file));
        }
        String function = name.orElse(written.name() == null ? "" : written.name());
        if (function.isEmpty()) {
            throw new CliException("%s names no function: name = \"hello\"".formatted(file));
        }
        return new Source(
                new FunctionName(function),
                file.resolveSibling(written.module()),
                written.manifest(),
                AssetFolder.of(file, written.assets()),
                filters(file, written),
                Objects.requireNonNullElse(written.rollout(), RolloutTable.NONE));
    }

    private static List<InFront> filters(Path file, ManifestFile written) {
        List<InFront> filters = new ArrayList<>();
        for (ManifestFile.InFront filter :
                Objects.requireNonNullElse(written.filters(), List.<ManifestFile.InFront>of())) {
            if (filter.module() == null) {
                throw new CliException(
                        "%s: a [[filter]] names no module: module = \"build/auth.wasm\""
                                .formatted(file));
            }
            filters.add(
                    new InFront(
                            file.resolveSibling(filter.module()),
                            Objects.requireNonNullElse(filter.config(), Map.of())));
        }
        return List.copyOf(filters);
    }

    /// The module's bytes.
    byte[] read() {
        return read(module);
    }

    private static boolean isScript(String file) {
        return file.endsWith(".js") || file.endsWith(".mjs");
    }

    /// The bytes of a module's file; a script becomes one.
    static byte[] read(Path module) {
        byte[] bytes = bytes(module);
        if (!isScript(module.toString())) {
            return bytes;
        }
        try {
            return ScriptModule.of(bytes);
        } catch (RefusedModuleException e) {
            throw new CliException("%s: %s".formatted(module, e.getMessage()));
        }
    }

    private static byte[] bytes(Path module) {
        try {
            long size = Files.size(module);
            if (size > Api.MODULE_BYTES_MAX) {
                throw new CliException(
                        "module is %d MiB, at most %d MiB: %s"
                                .formatted(
                                        (size + (1 << 20) - 1) >> 20,
                                        Api.MODULE_BYTES_MAX >> 20,
                                        module));
            }
            return Files.readAllBytes(module);
        } catch (NoSuchFileException e) {
            throw new CliException("module %s does not exist".formatted(module));
        } catch (IOException e) {
            throw new CliException("module %s can't be read: %s".formatted(module, e));
        }
    }
}
