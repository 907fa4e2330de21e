package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

@Timeout(60)
class KnownFleetsTest {
    private static final URI CONTROL = URI.create("http://127.0.0.1:7070");

    @TempDir private Path folder;

    private final List<String> said = new ArrayList<>();

    private KnownFleets fleets() {
        return new KnownFleets(Map.of("XDG_CONFIG_HOME", folder.toString()));
    }

    private void add(String tokenFile, String router, String domain) {
        fleets().add(CONTROL, new KnownFleets.Entry(tokenFile, router, domain), said::add);
    }

    @Test
    void aControlPlaneAloneKeepsTheRouterOfItsFleet() {
        add("/data/operator.token", "http://127.0.0.1:8080", "localhost");
        add("/data/operator.token", "", "");
        assertThat(fleets().find(CONTROL).orElseThrow().router())
                .isEqualTo("http://127.0.0.1:8080");
        assertThat(said).isEmpty();
    }

    @Test
    void anotherFleetAtTheSameUrlHasNoRouterYet() {
        add("/data/operator.token", "http://127.0.0.1:8080", "localhost");
        add("/elsewhere/operator.token", "", "");
        assertThat(fleets().find(CONTROL).orElseThrow().router()).isEmpty();
    }

    @Test
    void aControlPlaneRunsWithoutAFolderToRememberItIn() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        var command = List.of("run", "control-plane", "--control-port", "0");
        try (var control = CressProcess.start(folder.resolve("data"), file, command)) {
            control.awaitReady();
            assertThat(control.errors()).contains(file + "/cress/fleets.json can't be written");
            control.terminate();
            assertThat(control.exitCode()).isZero();
        }
    }
}
