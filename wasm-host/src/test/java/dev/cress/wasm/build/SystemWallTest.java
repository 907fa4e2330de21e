package dev.cress.wasm.build;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A process with a build worker's wall around it reaches neither the network nor another process
/// nor the disk, whatever it tries, and goes on.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SystemWallTest {
    private static final String NOT_PERMITTED = "error 1";
    private static final String NO_SUCH_CALL = "error 38";

    @TempDir private Path folder;

    /// What came of each attempt.
    private Map<String, String> attempts(String... further) throws IOException {
        Files.write(folder.resolve("precious"), new byte[1]);
        try (var server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            var command =
                    new ArrayList<>(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-XX:-UsePerfData",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Prisoner.class.getName(),
                                    folder.toString(),
                                    Integer.toString(server.getLocalPort()),
                                    Long.toString(ProcessHandle.current().pid())));
            command.addAll(List.of(further));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.onExit().join().exitValue()).as(said).isZero();
            return said.lines()
                    .map(line -> line.split(": ", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "later "})
    void noThreadReachesTheNetworkAnotherProcessOrAFile(String who) throws IOException {
        Map<String, String> attempts = attempts();
        for (String what : List.of("connect", "listen", "datagram", "program", "write", "delete")) {
            assertThat(attempts.get(who + what)).as(what).contains("Operation not permitted");
        }
        for (String what :
                List.of("socket", "fork", "exec", "signal to its parent", "limit of its parent")) {
            assertThat(attempts.get(who + what)).as(what).isEqualTo(NOT_PERMITTED);
        }
        for (String what : List.of("io_uring", "pidfd", "clone3", "x32")) {
            assertThat(attempts.get(who + what)).as(what).isEqualTo(NO_SUCH_CALL);
        }
        assertThat(attempts)
                .containsEntry(who + "signal to itself", "done")
                .containsEntry(who + "read", "true");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("precious"));
        }
    }

    @Test
    void withoutTheWallTheSameAttemptsSucceed() throws IOException {
        Map<String, String> attempts = attempts("free");
        assertThat(attempts)
                .containsEntry("program", "0")
                .containsEntry("signal to its parent", "done");
        for (String what : List.of("connect", "listen", "datagram", "write", "delete")) {
            assertThat(attempts.get(what)).as(what).doesNotContain("permitted");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "aarch64"})
    void bothArchitecturesHaveAFilterThatTheKernelWouldTake(String architecture) {
        byte[] program = CallFilter.of(architecture, 1).orElseThrow();
        assertThat(program.length % 8).isZero();
        // BPF_MAXINSNS
        assertThat(program.length / 8).isLessThanOrEqualTo(4_096);
    }

    @Test
    void anArchitectureWhoseNumbersAreUnknownHasNone() {
        assertThat(CallFilter.of("riscv64", 1)).isEmpty();
    }
}
