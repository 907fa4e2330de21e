package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Control plane, nodes `fra-1` and `iad-1`, and router, each a process of its own.
final class FourProcesses {
    private final Path folder;
    private final List<Part> parts = new ArrayList<>();
    final Part control;
    final Part fra;
    final Part iad;
    final Part router;

    private final @Nullable Path errors;

    FourProcesses(Path folder) throws IOException, InterruptedException {
        this(folder, null);
    }

    /// All four are ready. When they can't be started, none is left running.
    ///
    /// @param errors the file for what they say on standard error, null for among that of the tests
    FourProcesses(Path folder, @Nullable Path errors) throws IOException, InterruptedException {
        this.errors = errors;
        this.folder = folder;
        boolean started = false;
        try {
            control = part("control-plane", "--control-port", "0");
            control.awaitReady();
            String join = cress("token", "create", "fleet", "--scope", "join").out().strip();
            fra = part(joining(join, "node", "--region", "fra"));
            iad = part(joining(join, "node", "--region", "iad"));
            router = part(joining(join, "router"));
            fra.awaitReady();
            iad.awaitReady();
            router.awaitReady();
            started = true;
        } finally {
            if (!started) {
                kill();
            }
        }
    }

    private String[] joining(String join, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--port", "0", "--control", control.address(), "--join", join));
        return all.toArray(String[]::new);
    }

    private Part part(String... args) throws IOException {
        var part = new Part(folder, errors, args);
        parts.add(part);
        return part;
    }

    /// Starts every process that was killed.
    void startWhatIsDown() throws IOException, InterruptedException {
        for (Part part : parts) {
            if (!part.isRunning()) {
                part.startAgain();
            }
        }
        awaitNodesConnected();
    }

    /// Waits until the control plane has both nodes again.
    void awaitNodesConnected() {
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () ->
                                assertThat(cress("status", "-o", "json").out())
                                        .contains("\"fra-1\"", "\"iad-1\"", "\"connected\":true")
                                        .doesNotContain("\"connected\":false"));
    }

    /// Ends every process.
    void kill() throws InterruptedException {
        for (Part part : parts) {
            part.kill();
        }
    }

    Cli cress(String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        String token = Files.readString(folder.resolve("operator.token")).strip();
        all.addAll(List.of("--control", control.address(), "--token", token));
        return Cli.run(all.toArray(String[]::new));
    }

    void deploy(String example) throws IOException {
        Cli deployed = cress("deploy", example, LocalFleet.module(example).toString());
        assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    }
}
