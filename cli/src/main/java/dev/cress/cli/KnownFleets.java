package dev.cress.cli;

import com.fasterxml.jackson.core.type.TypeReference;

import dev.cress.contract.Json;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The control planes that this user started, so that the other commands find token and router by
/// themselves: `$XDG_CONFIG_HOME/cress/fleets.json` (XDG Base Directory Specification; `~/.config`
/// if it is unset). It holds paths of token files, never tokens.
final class KnownFleets {
    private static final TypeReference<TreeMap<String, Entry>> ENTRIES = new TypeReference<>() {};

    private final Path file;

    KnownFleets(Map<String, String> environment) {
        String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path base =
                config.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".config")
                        : Path.of(config);
        this.file = base.resolve("cress").resolve("fleets.json");
    }

    /// What is known of one control plane.
    ///
    /// @param tokenFile the operator's token
    /// @param router where functions answer, empty if this machine doesn't know
    /// @param domain under which they have host names
    record Entry(String tokenFile, String router, String domain) {}

    Path file() {
        return file;
    }

    Optional<Entry> find(URI control) {
        try {
            return Optional.ofNullable(read().get(control.toString()));
        } catch (IOException e) {
            throw new CliException("%s can't be read: %s".formatted(file, e.getMessage()));
        }
    }

    void add(URI control, Entry entry) {
        try {
            Files.createDirectories(file.getParent());
            Map<String, Entry> all = read();
            all.put(control.toString(), entry);
            Path beside = Files.createTempFile(file.getParent(), "fleets", ".new");
            Files.writeString(beside, Json.write(all));
            Files.move(
                    beside,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CliException(
                    "%s can't be written: %s; set XDG_CONFIG_HOME to a folder that can"
                            .formatted(file, e));
        }
    }

    private Map<String, Entry> read() throws IOException {
        return Files.exists(file)
                ? Json.LENIENT.readValue(Files.readString(file), ENTRIES)
                : new TreeMap<>();
    }
}
