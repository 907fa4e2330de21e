package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Processes of this build and of the one before, on one machine: each part is a folder below one,
/// and keeps its port.
final class Builds implements AutoCloseable {
    /// Class paths.
    final String before;

    final String now = System.getProperty("java.class.path");
    private final Path folder;
    private final List<CressProcess> running = new ArrayList<>();

    /// A control plane's folder and port.
    record Place(String folder, int port) {
        String url() {
            return "http://127.0.0.1:" + port;
        }
    }

    Builds(Path folder) throws IOException {
        this.folder = folder;
        Path target = Path.of(System.getProperty("cress.previous", ""), "cli", "target");
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            before =
                    Stream.concat(
                                    jars.sorted(),
                                    Stream.of(target.resolve("cli-0.1.0-SNAPSHOT.jar")))
                            .map(Path::toString)
                            .collect(Collectors.joining(":"));
        }
    }

    static Place place(String folder) throws IOException {
        try (var free = new ServerSocket(0)) {
            return new Place(folder, free.getLocalPort());
        }
    }

    Path data(Place place) {
        return folder.resolve(place.folder);
    }

    CressProcess start(String build, String machine, String... command) throws IOException {
        Map<String, String> environment =
                Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString());
        var process =
                CressProcess.start(build, folder.resolve(machine), environment, List.of(command));
        running.add(process);
        return process;
    }

    CressProcess control(String build, Place place, String... more) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("run", "control-plane", "--control-port", "" + place.port));
        words.addAll(List.of(more));
        var process = start(build, place.folder, words.toArray(String[]::new));
        process.awaitReady();
        return process;
    }

    /// What a command says that ends well.
    String run(String build, Place place, String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--control", place.url()));
        return local(build, place, words.toArray(String[]::new));
    }

    /// The same of one that asks no control plane.
    String local(String build, Place place, String... command) throws Exception {
        return start(build, place.folder, command).done().strip();
    }

    String joinToken(String build, Place place) throws Exception {
        return run(build, place, "token", "create", "fleet", "--scope", "join");
    }

    /// The first port that a process says.
    static int port(String said, String of) {
        return Integer.parseInt(
                said.replaceFirst("(?s).*?" + of + "\\S*\\s+(?:at )?http://[^:]+:(\\d+).*", "$1"));
    }

    /// The node comes back to a control plane that was started anew.
    void awaitNode(Place place, String name) {
        await().atMost(40, SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(run(now, place, "status"))
                                        .containsPattern(name + " +\\w+ +connected"));
    }

    static void awaitAnswer(int port, String function) {
        await().atMost(40, SECONDS)
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(
                                                RawHttp.get(
                                                        port,
                                                        "/",
                                                        "Host: %s.localhost".formatted(function)))
                                        .contains("Hello from "));
    }

    @Override
    public void close() throws IOException {
        for (CressProcess process : running) {
            process.close();
        }
    }
}
