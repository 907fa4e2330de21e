package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ErrorCode;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.Problem;
import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// runaway, in C: each way to misbehave gets its row of the error map, and its neighbour on the
/// same node goes on answering. Its own manifest's wall time is for what sleeps; what uses a thread
/// comes last for the CPU, so that it has more here.
@FleetTest
final class RunawayTest {
    private static final int LOG_BYTES_MAX = 64 * 1024;
    private static final Pattern REQUEST_ID = Pattern.compile("(?i)x-request-id: (\\S+)");

    /// Between two of a neighbour's answers, for a guest that comes last for the CPU.
    private static final Duration BREATH = Duration.ofMillis(2);

    private final TestFleet fleet;

    RunawayTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.deployModule("hello");
        fleet.cressOk("deploy", TestFleet.example("runaway"));
        fleet.cressOk(
                "deploy",
                fleet.manifest(
                        "patient",
                        TestFleet.module("runaway"),
                        """
                        [limits]
                        cpu_ms = 300
                        wall_ms = 25000
                        memory_mib = 32
                        """));
    }

    private Call runaway() {
        return fleet.call("runaway").from(TestFleet.IN_GERMANY);
    }

    private Call patient() {
        return fleet.call("patient").from(TestFleet.IN_GERMANY);
    }

    private void helloAnswersUntil(CompletableFuture<?> over) {
        do {
            Answer hello = fleet.call("hello").from(TestFleet.IN_GERMANY).get("/");
            assertThat(hello.status()).isEqualTo(200);
            assertThat(hello.header("x-cress-node")).isEqualTo("fra-1");
            LockSupport.parkNanos(BREATH.toNanos());
        } while (!over.isDone());
    }

    @ParameterizedTest
    @CsvSource({
        "/trap, GUEST_TRAP, , unreachable",
        "/divide, GUEST_TRAP, , divide by zero",
        "/recurse, GUEST_TRAP, , call stack exhausted",
        "/exit, GUEST_EXIT, , exit code 3",
        "/garbage, GUEST_PROTOCOL, , not a header line",
        "/empty, GUEST_PROTOCOL, , wrote nothing",
        "/allocate, MEMORY_LIMIT, 32 MiB, 32 MiB",
        "/flood-headers, RESPONSE_TOO_LARGE, 65536 bytes, 65536 bytes",
        "/spin, CPU_LIMIT, 300 ms, 300 ms",
        "/sleep, WALL_LIMIT, 3000 ms, 3000 ms",
    })
    void eachFailureHasItsAnswerWhileOthersAreServed(
            String path, ErrorCode code, String limit, String logged) {
        String function = code == ErrorCode.WALL_LIMIT ? "runaway" : "patient";
        var failing = fleet.call(function).from(TestFleet.IN_GERMANY).sendAsync("GET", path);
        helloAnswersUntil(failing);
        Answer answer = failing.join();

        assertThat(answer.status()).isEqualTo(code.status());
        assertThat(answer.header("x-cress-error")).isEqualTo(code.code());
        assertThat(answer.header("proxy-status"))
                .isEqualTo("cress-fra-1; error=" + code.proxyStatus());
        assertThat(answer.header("content-type")).isEqualTo(Problem.MEDIA_TYPE);
        assertThat(answer.header("x-cress-node")).isEqualTo("fra-1");
        assertThat(answer.header("x-cress-version")).isEqualTo("1");
        String requestId = answer.header("x-request-id");
        Problem problem = Json.read(answer.text(), Problem.class);
        assertThat(problem.status()).isEqualTo(code.status());
        assertThat(problem.code()).isEqualTo(code.code());
        assertThat(problem.limit()).isEqualTo(limit);
        assertThat(problem.requestId()).isEqualTo(requestId);
        LogEntry entry = fleet.logged(function, requestId);
        assertThat(entry.outcome()).isEqualTo(code.code());
        assertThat(entry.status()).isEqualTo(code.status());
        assertThat(entry.detail()).contains(logged);
        assertThat(entry.path()).isEqualTo(path);
        assertThat(entry.node()).isEqualTo("fra-1");
    }

    @Test
    void theClientNeverHearsWhatATrapSaid() {
        assertThat(runaway().get("/trap").text()).doesNotContain("unreachable");
    }

    @Test
    void theLogHasWhatTheGuestWroteBeforeItDied() {
        Answer answer = patient().get("/allocate");

        assertThat(fleet.logged("patient", answer.header("x-request-id")).stderr())
                .isEqualTo("memory can't grow any more\n");
    }

    @Test
    void cutsALogThatNeverEndsAndAnswersAllTheSame() {
        Answer answer = runaway().get("/stderr");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("done\n");
        LogEntry entry = fleet.logged("runaway", answer.header("x-request-id"));
        assertThat(entry.outcome()).isEqualTo("ok");
        assertThat(entry.stderr())
                .startsWith("This function says far too much\n")
                .hasSizeBetween(LOG_BYTES_MAX, LOG_BYTES_MAX + 100)
                .endsWith("cut: the log of one request ends here\n");
    }

    @Test
    void anAnswerThatBreaksOffNeverEndsCleanly() {
        String wire = runaway().getRaw("/late-trap");

        assertThat(wire).startsWith("HTTP/1.1 200 ").contains("This body breaks off in a while\n");
        assertThat(wire).doesNotEndWith("\r\n0\r\n\r\n");
        assertThat(wire.toLowerCase(Locale.ROOT)).contains("transfer-encoding: chunked");
        assertThat(fleet.logged("runaway", requestId(wire)).outcome()).isEqualTo("guest-trap");
    }

    @Test
    void aBodyWithoutEndIsBrokenOffWhileOthersAreServed() {
        var flooding = CompletableFuture.supplyAsync(() -> runaway().getRaw("/flood"));
        helloAnswersUntil(flooding);
        String wire = flooding.join();

        assertThat(wire).startsWith("HTTP/1.1 200 ").doesNotEndWith("\r\n0\r\n\r\n");
        assertThat(wire.length()).isGreaterThan(64 * 1024);
        assertThat(fleet.logged("runaway", requestId(wire)).outcome())
                .isIn("cpu-limit", "wall-limit", "response-too-large");
    }

    private static String requestId(String wire) {
        Matcher line = REQUEST_ID.matcher(wire);
        assertThat(line.find()).isTrue();
        return line.group(1);
    }

    @Test
    void answersWhenItBehaves() {
        Answer answer = runaway().get("/ok");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-cress-error")).isEmpty();
        assertThat(answer.text()).isEqualTo("ok\n");
    }

    @Test
    void listsTheWaysToMisbehave() {
        Answer answer = runaway().get("/well");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("x-cress-error")).isEmpty();
        assertThat(answer.text())
                .startsWith("There is no such way to misbehave. There are:\n")
                .contains("/spin loops without end\n");
    }
}
