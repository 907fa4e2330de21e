package dev.cress.cli;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.core.type.TypeReference;

import dev.cress.contract.Json;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

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
    /// @param authority the SHA-256 of what ends its TLS chain, empty without TLS or if every JDK
    ///     trusts it
    record Entry(String tokenFile, String router, String domain, String authority) {
        @JsonCreator
        Entry {
            authority = Objects.requireNonNullElse(authority, "");
        }

        /// One without TLS.
        Entry(String tokenFile, String router, String domain) {
            this(tokenFile, router, domain, "");
        }

        private Entry updated(Entry fresh) {
            return fresh.router.isEmpty() && fresh.tokenFile.equals(tokenFile)
                    ? new Entry(tokenFile, router, domain, fresh.authority)
                    : fresh;
        }
    }

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

    /// Keeps what is known of this control plane. That is a convenience: if it can't be kept, `say`
    /// hears of it, and everything else goes on.
    ///
    /// @param entry without a router, the one that is known for the same token file stays
    void add(URI control, Entry entry, Consumer<String> say) {
        try {
            Files.createDirectories(file.getParent());
            Map<String, Entry> all = read();
            all.merge(control.toString(), entry, Entry::updated);
            Path beside = Files.createTempFile(file.getParent(), "fleets", ".new");
            Files.writeString(beside, Json.write(all));
            Files.move(
                    beside,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            say.accept(
                    "%s can't be written, so other commands need --control and --token: %s"
                            .formatted(file, e));
        }
    }

    private Map<String, Entry> read() throws IOException {
        return Files.exists(file)
                ? Json.LENIENT.readValue(Files.readString(file), ENTRIES)
                : new TreeMap<>();
    }
}
