package dev.cress.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A guest decides how deep its calls nest when the host's classes are used: were one initialised
/// just then, the stack could end within its static initialiser, and the class would be unusable
/// for every tenant until the process ends.
@Timeout(120)
class HostClassesTest {
    /// Once the guest's frames are gone.
    private static final Set<String> AFTERWARDS =
            Set.of(
                    "dev/cress/wasm/GuestRun$1",
                    "dev/cress/wasm/guest/RunResult",
                    "dev/cress/wasm/isolate/WaitingIsolates$Entry");

    private static List<String> output(Path folder) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Path flags = Path.of(System.getProperty("cress.root"), "cli/src/main/dist/jvm.options");
        command.addAll(List.of("@" + flags, "-Xlog:class+init=info:stdout"));
        // the comparison of one reset in thousands comes after a guest, in classes of its own
        command.addAll(List.of("-Dcress.isolate.inspect.every=0", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(FirstGuests.class.getName(), folder.toString()));
        Path said = folder.resolve("stdout");
        Process child =
                new ProcessBuilder(command)
                        .redirectOutput(said.toFile())
                        .redirectErrorStream(true)
                        .start();
        assertThat(child.waitFor()).isZero();
        return Files.readAllLines(said, StandardCharsets.UTF_8);
    }

    @Test
    void noneIsInitialisedWithinAGuestsRun(@TempDir Path folder)
            throws IOException, InterruptedException {
        var initialised = new ArrayList<String>();
        int guests = 0;
        boolean running = false;
        for (String line : output(folder)) {
            if (line.equals(FirstGuests.BEGIN)) {
                guests += running ? 0 : 1;
                running = true;
            } else if (line.equals(FirstGuests.END)) {
                running = false;
            } else if (running && line.contains("Initializing '") && line.endsWith("\"main\"")) {
                initialised.add(line.split("'", -1)[1]);
            }
        }
        initialised.removeAll(AFTERWARDS);
        assertThat(guests).isEqualTo(new EveryWay().ways().size() + 2);
        assertThat(initialised).isEmpty();
    }
}
