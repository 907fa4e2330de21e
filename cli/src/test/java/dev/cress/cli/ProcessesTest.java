package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Four separate processes as a fleet has them, killed without warning and started again.
class ProcessesTest {
    @TempDir private Path folder;

    private final List<Part> parts = new ArrayList<>();
    private Part control;
    private Part fra;
    private Part iad;
    private Part router;

    /// One `cress run …` process that can be killed and started again as it was.
    private static final class Part {
        private final Path data;
        private List<String> args;
        private Process process;
        private String address = "";

        Part(Path data, String... args) throws IOException {
            this.data = data;
            this.args = List.of(args);
            this.process = launch();
        }

        private Process launch() throws IOException {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("@" + Sources.ROOT.resolve("cli/src/main/dist/jvm.options"));
            command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx512m"));
            command.addAll(
                    List.of(
                            "-cp",
                            System.getProperty("java.class.path"),
                            "dev.cress.cli.Cress",
                            "run"));
            command.addAll(args);
            var builder = new ProcessBuilder(command);
            builder.environment().put("CRESS_DATA", data.toString());
            builder.environment().put("XDG_CONFIG_HOME", data.resolve("config").toString());
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            return builder.start();
        }

        /// Waits for its line `ready`; the first word that is a URL is its address.
        void awaitReady() throws IOException {
            var reader = process.inputReader();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.contains("http://") && address.isEmpty()) {
                    String url = line.substring(line.indexOf("http://"));
                    address = url.contains(" ") ? url.substring(0, url.indexOf(' ')) : url;
                }
                if (line.equals("ready")) {
                    return;
                }
            }
            throw new AssertionError(args + " ended before it was ready");
        }

        int port() {
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        }

        void kill() throws InterruptedException {
            process.destroyForcibly();
            assertThat(process.waitFor(10, SECONDS)).isTrue();
        }

        /// On the port that it had, as a machine in a fleet has it.
        void startAgain() throws IOException {
            List<String> again = new ArrayList<>(args);
            String option = args.getFirst().equals("control-plane") ? "--control-port" : "--port";
            int at = again.indexOf(option);
            again.set(at + 1, Integer.toString(port()));
            args = List.copyOf(again);
            process = launch();
            awaitReady();
        }
    }

    private Part part(String... args) throws IOException {
        var part = new Part(folder, args);
        parts.add(part);
        return part;
    }

    @BeforeEach
    void startAFleet() throws IOException {
        control = part("control-plane", "--control-port", "0");
        control.awaitReady();
        String join = cress("token", "create", "fleet", "--scope", "join").out().strip();
        String url = control.address;
        fra = part("node", "--port", "0", "--region", "fra", "--control", url, "--join", join);
        iad = part("node", "--port", "0", "--region", "iad", "--control", url, "--join", join);
        router = part("router", "--port", "0", "--control", url, "--join", join);
        fra.awaitReady();
        iad.awaitReady();
        router.awaitReady();
    }

    @AfterEach
    void endEveryProcess() throws InterruptedException {
        for (Part part : parts) {
            part.kill();
        }
    }

    private Cli cress(String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        String token = Files.readString(folder.resolve("operator.token")).strip();
        all.addAll(List.of("--control", control.address, "--token", token));
        return Cli.run(all.toArray(String[]::new));
    }

    private void deploy(String example) throws IOException {
        Path module = Sources.ROOT.resolve("examples").resolve(example).resolve(example + ".wasm");
        Cli deployed = cress("deploy", example, module.toString());
        assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    }

    private String answer(String function, String from) throws IOException {
        return RawHttp.get(
                router.port(), "/", "Host: " + function + ".localhost", "X-Forwarded-For: " + from);
    }

    private void everythingIsServed() {
        await().atMost(20, SECONDS)
                .untilAsserted(
                        () -> {
                            assertThat(answer("hello", "46.4.0.1"))
                                    .contains("200 OK", "Hello from fra");
                            assertThat(answer("hello", "3.80.0.1"))
                                    .contains("200 OK", "Hello from iad");
                            assertThat(answer("markdown", "46.4.0.1")).contains("200 OK");
                        });
    }

    @Test
    void whatWasDeployedIsServedAfterEachPartWasKilledInTurn() throws Exception {
        deploy("hello");
        deploy("markdown");
        everythingIsServed();

        control.kill();
        everythingIsServed();
        control.startAgain();

        fra.kill();
        for (int i = 0; i < 20; i++) {
            assertThat(answer("hello", "46.4.0.1")).contains("200 OK", "Hello from iad");
        }
        fra.startAgain();
        everythingIsServed();

        iad.kill();
        iad.startAgain();
        everythingIsServed();

        router.kill();
        router.startAgain();
        everythingIsServed();

        deploy("avatar");
        Cli status = cress("status", "-o", "json");
        assertThat(status.out()).contains("\"hello\"", "\"markdown\"", "\"avatar\"");
    }

    @Test
    void aNodeServesAfterItsOwnRestartWithoutAControlPlane() throws Exception {
        deploy("hello");
        deploy("markdown");
        control.kill();
        fra.kill();
        iad.kill();
        fra.startAgain();
        iad.startAgain();
        everythingIsServed();
    }
}
