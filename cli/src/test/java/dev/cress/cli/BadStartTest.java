package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What keeps a program from starting: one message that names the thing, a non-zero
/// exit code, and nothing left running or locked. A program that starts all the same would not come
/// back.
@Timeout(60)
class BadStartTest {
    @TempDir private static Path folder;
    private static Fleet fleet;

    @BeforeAll
    static void startAFleet() {
        fleet = Fleet.start(Fleet.Setup.forTest(folder.resolve("data")));
    }

    @AfterAll
    static void stopTheFleet() {
        fleet.close();
    }

    /// `cress run …` in the folder, with what each program must be told besides.
    private static Cli run(String program, Path data, String... args) {
        List<String> all = new ArrayList<>(List.of("run", program, "--data", data.toString()));
        all.addAll(List.of(args));
        String control = fleet.controlUrl().toString();
        switch (program) {
            case "control-plane" -> addUnlessThere(all, "--control-port", "0");
            case "node" -> {
                all.addAll(List.of("--control", control, "--join", "token", "--region", "fra"));
                addUnlessThere(all, "--port", "0");
            }
            default -> {
                all.addAll(List.of("--control", control, "--join", "token"));
                addUnlessThere(all, "--port", "0");
            }
        }
        return Cli.run(all.toArray(String[]::new));
    }

    private static void addUnlessThere(List<String> args, String option, String value) {
        if (!args.contains(option)) {
            args.addAll(List.of(option, value));
        }
    }

    private static void refused(Cli cli, String... words) {
        assertThat(cli.exitCode()).as(cli.err()).isEqualTo(ExitCode.ERROR);
        assertThat(cli.err()).contains(words).doesNotContain("\tat ");
        assertThat(cli.err().lines()).as(cli.err()).hasSize(1);
        assertThat(cli.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"control-plane, ''", "node, nodes/fra-1", "router, router"})
    void aDataFolderThatIsInUse(String program, String below) {
        Path data = folder.resolve("data");
        refused(run(program, data), data.resolve(below).toString(), "in use");
    }

    @ParameterizedTest
    @ValueSource(strings = {"control-plane", "node", "router", "relay"})
    void aDataFolderThatCanNotBeWritten(String program) throws IOException {
        Path file = folder.resolve("a-file");
        Files.writeString(file, "");
        Path below = file.resolve("below");
        refused(run(program, below), below.toString(), "can't be written");
    }

    /// Twice: the first must not have kept the data folder.
    @ParameterizedTest
    @CsvSource({
        "control-plane, --control-port",
        "node, --port",
        "node, --admin-port",
        "router, --port",
        "router, --admin-port",
        "relay, --port",
        "relay, --admin-port"
    })
    void aPortThatIsTaken(String program, String option) {
        String port = Integer.toString(fleet.controlUrl().getPort());
        Path data = folder.resolve("other-" + program);
        for (int i = 0; i < 2; i++) {
            refused(
                    run(program, data, option, port),
                    "port " + port + " is taken on 127.0.0.1",
                    "choose another with " + option);
        }
    }

    /// A password in the URL is in no message.
    @Test
    void aStoreThatCanNotBeUsed() {
        Path data = folder.resolve("elsewhere");
        String away = "jdbc:postgresql://127.0.0.1:1/cress?user=cress&password=secret";
        Cli unreachable = run("control-plane", data, "--store", away);
        refused(unreachable, "store jdbc:postgresql://127.0.0.1:1/cress did not answer");
        assertThat(unreachable.err()).doesNotContain("secret");
        refused(
                run("control-plane", data, "--store", "jdbc:mysql://localhost/cress"),
                "a store is named jdbc:postgresql://HOST/DATABASE");
    }

    @Test
    void aFolderWithoutAStoreToMove() {
        Path empty = folder.resolve("empty");
        String to = "jdbc:postgresql://127.0.0.1:1/cress";
        Cli cli = Cli.run("store", "migrate", "--from", empty.toString(), "--to", to);
        assertThat(cli.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(cli.err()).contains("data folder " + empty + " has no store.db");
    }
}
