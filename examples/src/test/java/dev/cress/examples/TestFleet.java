package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.cli.Cress;
import dev.cress.cli.Fleet;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.node.config.AddressRange;
import dev.cress.node.config.CapabilityConfig;
import dev.cress.node.config.OutboundConfig;
import dev.cress.node.config.OutboundConfig.OutboundLimits;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Control plane, two nodes and router on free ports, the `cress` command that deploys to them, and
/// clients in two continents.
final class TestFleet implements AutoCloseable {
    /// A client whose nearest node is `fra-1`.
    static final String IN_GERMANY = "46.4.0.1";

    /// A client whose nearest node is `iad-1`.
    static final String IN_THE_US = "8.8.8.8";

    static final Duration SOON = Duration.ofSeconds(30);
    private static final Path EXAMPLES =
            Path.of(System.getProperty("cress.root", ".."), "examples");

    private final Path folder;
    private final Fleet fleet;
    private final String token;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestFleet(Path folder) throws IOException {
        this.folder = folder;
        fleet = Fleet.start(setup(folder.resolve("data")));
        token = Files.readString(fleet.operatorTokenFile()).strip();
    }

    /// Functions may send requests to this machine, where their manifests grant it.
    private static Fleet.Setup setup(Path data) {
        var loopback =
                new OutboundConfig(
                        List.of(AddressRange.of("127.0.0.0/8")),
                        Optional.empty(),
                        OutboundLimits.DEFAULT);
        return Fleet.Setup.forTest(data).with(new CapabilityConfig(Optional.empty(), loopback));
    }

    /// How a command ended.
    record Ran(int exitCode, String out, String err) {}

    static TestFleet start() {
        try {
            var started = new TestFleet(Files.createTempDirectory("cress-examples"));
            await().atMost(SOON).until(started.fleet::isReady);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A folder of `examples`.
    static Path example(String name) {
        return EXAMPLES.resolve(name);
    }

    /// An example's committed module.
    static Path module(String name) {
        return example(name).resolve(name + ".wasm");
    }

    /// The module of a guest that answers its environment.
    static Path environmentModule() {
        return EXAMPLES.resolve("src/test/guests/environment/environment.wasm");
    }

    /// A call to `NAME.localhost`.
    Call call(String name) {
        return callHost(name + ".localhost");
    }

    Call callHost(String host) {
        return new Call(http, fleet.routerUrl(), host);
    }

    /// Runs `cress` with these arguments against this fleet.
    Ran cress(Object... args) {
        return cressAs(token, args);
    }

    /// The same with a token of the caller's.
    Ran cressAs(String token, Object... args) {
        var all = new ArrayList<String>();
        for (Object arg : args) {
            all.add(arg.toString());
        }
        all.addAll(List.of("--control", fleet.controlUrl().toString(), "--token", token));
        var out = new StringWriter();
        var err = new StringWriter();
        int exitCode =
                Cress.execute(
                        new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
        return new Ran(exitCode, out.toString(), err.toString());
    }

    /// Runs `cress`, which must do what it is told: for a deploy, on every node.
    void cressOk(Object... args) {
        Ran ran = cress(args);
        assertThat(ran.exitCode()).as("%s%s", ran.out(), ran.err()).isZero();
    }

    /// Deploys a committed example's module under its own name, with the default manifest.
    void deployModule(String name) {
        cressOk("deploy", name, module(name));
    }

    /// Writes a manifest for a module.
    Path manifest(String name, Path module, String rest) {
        try {
            Path file = Files.createTempFile(folder, name + "-", ".toml");
            String head = "name = \"%s\"\nmodule = '%s'\n".formatted(name, module.toAbsolutePath());
            return Files.writeString(file, head + rest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the function's log says of a request, once it says something.
    LogEntry logged(String function, String requestId) {
        return await().atMost(SOON)
                .until(() -> find(function, requestId), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<LogEntry> find(String function, String requestId) {
        Ran ran = cress("logs", function, "-n", "200", "-o", "json");
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        return ran.out()
                .lines()
                .map(line -> Json.read(line, LogEntry.class))
                .filter(entry -> entry.requestId().equals(requestId))
                .findFirst();
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        fleet.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
