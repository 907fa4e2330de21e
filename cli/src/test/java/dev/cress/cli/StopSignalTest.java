package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// Processes that are told to stop by SIGTERM.
@Timeout(60)
class StopSignalTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    /// A program whose part closes in the way that its argument says.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            var out = new PrintStream(new FileOutputStream(FileDescriptor.out));
            var err = new PrintStream(new FileOutputStream(FileDescriptor.err));
            int code =
                    StopSignal.run(
                            err::println,
                            Duration.ofSeconds(arguments[0].equals("hangs") ? 2 : 30),
                            stop -> {
                                try (var _ = part(arguments[0])) {
                                    out.println("ready");
                                    if (arguments[0].equals("waits")) {
                                        stop.awaitOr("it is so", LONG, () -> false);
                                    } else {
                                        stop.await();
                                    }
                                }
                            });
            System.exit(code);
        }

        private interface Part extends AutoCloseable {
            @Override
            void close();
        }

        private static Part part(String how) {
            return switch (how) {
                case "fails" ->
                        () -> {
                            throw new IllegalStateException("the disk is gone");
                        };
                case "hangs" ->
                        () -> {
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        };
                default -> () -> {};
            };
        }
    }

    private static void assertStops(String how, int exitCode, String said)
            throws IOException, InterruptedException {
        try (var program = CressProcess.ofMain(Program.class, how)) {
            program.awaitReady();
            program.terminate();
            assertThat(program.exitCode()).isEqualTo(exitCode);
            assertThat(program.errors().strip()).isEqualTo(said);
        }
    }

    @Test
    void whatClosesWellEndsWell() throws Exception {
        assertStops("closes", ExitCode.OK, "");
    }

    @Test
    void whatFailsToCloseIsSaidAndAnError() throws Exception {
        assertStops("fails", ExitCode.ERROR, "cress: stopping failed: the disk is gone");
    }

    @Test
    void whatNeverClosesIsGivenUp() throws Exception {
        assertStops("hangs", ExitCode.ERROR, "cress: did not stop within 2 s");
    }

    @Test
    void whoeverStillWaitsForTheStartHearsIt() throws Exception {
        assertStops("waits", ExitCode.OK, "");
    }

    @Test
    void aConditionThatIsNotMetInTimeIsAnError() {
        assertThatThrownBy(
                        () ->
                                StopSignal.run(
                                        _ -> {},
                                        stop ->
                                                stop.awaitOr(
                                                        "it is so",
                                                        Duration.ofSeconds(1),
                                                        () -> false)))
                .isInstanceOf(CliException.class)
                .hasMessage("gave up after 1 s waiting until it is so");
    }
}
