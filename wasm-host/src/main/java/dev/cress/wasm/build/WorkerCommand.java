package dev.cress.wasm.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How a build worker's JVM is started: with an empty environment and as few threads and files of
/// its own as it can do with.
final class WorkerCommand {
    /// Where a launcher says that the worker's AOT cache is. It is tied to the flags here and to
    /// the class path; without it each start takes a third longer.
    static final String CACHE_PROPERTY = "cress.build.cache";

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /// CPU time beyond a build's own, for the JVM's start and a rehearsal.
    private static final Duration CPU_BESIDE = Duration.ofSeconds(10);

    private static final List<String> FLAGS =
            List.of(
                    "-Xss4m",
                    "-XX:MaxMetaspaceSize=256m",
                    "-XX:MaxDirectMemorySize=16m",
                    "-XX:+UseSerialGC",
                    // one build is over before the second tier pays
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-DontCompileHugeMethods",
                    "-XX:+ExitOnOutOfMemoryError",
                    // it writes no file: none for tools, none when it crashes
                    "-XX:-UsePerfData",
                    "-XX:+DisableAttachMechanism",
                    "-XX:+ErrorFileToStderr",
                    // standard output is for the image
                    "-Xlog:disable",
                    "-Xlog:all=warning:stderr",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private WorkerCommand() {}

    /// Starts a worker that raises its wall and waits for a module.
    ///
    /// @param rehearses whether it first does what it can do without one
    static Process start(ChildBuilder.Limits limits, boolean rehearses) throws IOException {
        List<String> command = jvm(limits.heapMib());
        String cache = System.getProperty(CACHE_PROPERTY, "");
        if (!cache.isEmpty() && Files.isReadable(Path.of(cache))) {
            command.add("-XX:AOTCache=" + cache);
        }
        program(command);
        command.add(Long.toString(limits.cpu().plus(CPU_BESIDE).toSeconds()));
        if (rehearses) {
            command.add(BuildWorker.REHEARSE);
        }
        return start(command);
    }

    /// Starts a worker without a wall that, when it has built a module, has its JVM write a cache
    /// for others.
    static Process startTraining(ChildBuilder.Limits limits, Path cache) throws IOException {
        List<String> command = jvm(limits.heapMib());
        command.add("-XX:AOTCacheOutput=" + cache);
        program(command);
        return start(command);
    }

    private static List<String> jvm(int heapMib) {
        var command = new ArrayList<String>();
        command.add(JAVA.toString());
        command.add("-Xmx" + heapMib + "m");
        command.addAll(FLAGS);
        return command;
    }

    private static void program(List<String> command) {
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(BuildWorker.class.getName());
    }

    private static Process start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().clear();
        return builder.start();
    }
}
