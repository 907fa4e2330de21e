package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.LogLine;
import dev.cress.examples.Call.Answer;
import dev.cress.examples.TestFleet.Ran;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What a function logs, from its console to the owner's: through node and control plane.
@FleetTest
final class LogLevelTest {
    private static final String SAYS =
            """
            export default {
              fetch(request) {
                console.debug("small");
                console.log("usual\\nand more");
                console.warn("careful");
                console.error("broken");
                return new Response("said");
              },
            };
            """;

    private static final List<LogLine> SAID =
            List.of(
                    new LogLine(LogLevel.DEBUG, "small"),
                    new LogLine(LogLevel.INFO, "usual"),
                    new LogLine(LogLevel.INFO, "and more"),
                    new LogLine(LogLevel.WARN, "careful"),
                    new LogLine(LogLevel.ERROR, "broken"));

    private final TestFleet fleet;
    @TempDir private static Path folder;

    LogLevelTest(TestFleet fleet) {
        this.fleet = fleet;
    }

    @BeforeAll
    void write() throws IOException {
        Files.writeString(script(), SAYS);
    }

    private static Path script() {
        return folder.resolve("says.js");
    }

    private static LogLine[] said(LogLevel from) {
        return SAID.stream().filter(line -> line.level().isAtLeast(from)).toArray(LogLine[]::new);
    }

    private Path manifest(String name, String level) {
        return fleet.manifest(name, script(), "log_level = \"%s\"\n".formatted(level));
    }

    /// Deploys the script where its log is kept from this level on, and asks it once.
    private LogEntry asked(String name, LogLevel kept) {
        fleet.cressOk("deploy", manifest(name, kept.text()));
        Answer answer = fleet.call(name).get("/");
        assertThat(answer.text()).isEqualTo("said");
        return fleet.logged(name, answer.header("x-request-id"));
    }

    /// What `cress logs` says as soon as it has this: a node that is late is left out.
    private String logs(String awaited, String... arguments) {
        Object[] command = Stream.concat(Stream.of("logs"), Stream.of(arguments)).toArray();
        return await().atMost(TestFleet.SOON)
                .until(() -> fleet.cress(command).out(), out -> out.contains(awaited));
    }

    @ParameterizedTest
    @EnumSource
    void theManifestSaysFromWhichLevelOnTheLogIsKept(LogLevel kept) {
        assertThat(asked("kept-" + kept.text(), kept).lines()).containsExactly(said(kept));
    }

    @Test
    void withoutAManifestItIsInfo() {
        fleet.cressOk("deploy", "plain", script());
        Answer answer = fleet.call("plain").get("/");
        assertThat(fleet.logged("plain", answer.header("x-request-id")).lines())
                .containsExactly(said(LogLevel.INFO));
    }

    @Test
    void showsEachLineBehindItsLevelAndOnlyThoseThatAreAskedFor() {
        asked("shown", LogLevel.DEBUG);
        assertThat(logs("| broken", "shown"))
                .endsWith(
                        """
                          debug | small
                           info | usual
                           info | and more
                           warn | careful
                          error | broken
                        """);
        assertThat(logs("| broken", "shown", "--level", "warn"))
                .doesNotContain("usual")
                .endsWith("   warn | careful\n  error | broken\n");
        String json = logs("broken", "shown", "--level", "error", "-o", "json");
        assertThat(Json.read(json, LogEntry.class).lines()).containsExactly(said(LogLevel.ERROR));
    }

    @Test
    void aRequestThatHasNothingOfTheLevelIsLeftAside() {
        fleet.cressOk("deploy", TestFleet.example("runaway"));
        String answered = fleet.call("runaway").get("/ok").header("x-request-id");
        String failed = fleet.call("runaway").get("/trap").header("x-request-id");
        fleet.logged("runaway", answered);
        fleet.logged("runaway", failed);
        assertThat(logs(failed, "runaway", "-n", "200", "--level", "error"))
                .doesNotContain(answered);
    }

    @Test
    void aLevelThatThereIsNotIsRefused() {
        String known = "use trace, debug, info, warn, error";
        for (Ran ran :
                List.of(
                        fleet.cress("deploy", manifest("loud", "loud")),
                        fleet.cress("logs", "plain", "--level", "loud"))) {
            assertThat(ran.exitCode()).isNotZero();
            assertThat(ran.err()).contains("'loud' is not known: " + known);
        }
    }

    @Test
    void aDeployShowsThatTheLevelChanges() {
        asked("changes", LogLevel.INFO);
        Ran ran = fleet.cress("deploy", manifest("changes", "error"));
        assertThat(Stream.of(ran.out(), ran.err()))
                .anyMatch(text -> text.contains("~ log_level: info → error"));
    }
}
