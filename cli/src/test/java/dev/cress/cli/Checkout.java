package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A checkout that is built: the launcher's own files and jars of what this test runs with.
final class Checkout {
    private static final String DIST = "cli/src/main/dist";

    private final Path root;
    private final Path jdk;

    /// What a command said on standard output and on standard error.
    record Ended(int exitCode, String out, String err) {}

    private Checkout(Path root) {
        this.root = root;
        this.jdk = root.resolve("jdk");
    }

    static Checkout in(Path root) throws IOException {
        var checkout = new Checkout(root);
        checkout.copy("cress");
        for (String file : List.of("checkout.sh", "aot-cache.sh", "jvm.options")) {
            checkout.copy(DIST + "/" + file);
        }
        Path lib = Files.createDirectories(root.resolve("cli/target/lib"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path from = Path.of(entry).toAbsolutePath();
            if (!entry.isEmpty() && Files.isDirectory(from)) {
                Path module = Sources.ROOT.relativize(from);
                pack(
                        from,
                        lib.resolve(module.toString().replace(File.separatorChar, '-') + ".jar"));
            } else if (Files.isRegularFile(from)) {
                Files.copy(from, lib.resolve(from.getFileName()));
            }
        }
        try (var empty = new JarOutputStream(Files.newOutputStream(checkout.ownJar()))) {
            empty.putNextEntry(new JarEntry("empty"));
        }
        Files.createFile(root.resolve("cli/target/built"));
        checkout.layJdk("");
        return checkout;
    }

    private void copy(String file) throws IOException {
        Path to = root.resolve(file);
        Files.createDirectories(to.getParent());
        Files.copy(Sources.ROOT.resolve(file), to);
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                var packed = new JarOutputStream(out);
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                packed.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                Files.copy(file, packed);
            }
        }
    }

    /// A JDK that notes its words and runs this script before it is the real one.
    void layJdk(String script) throws IOException {
        Path home = Path.of(System.getProperty("java.home"));
        Path java = jdk.resolve("bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(jdk.resolve("release"), Files.readString(home.resolve("release")));
        String note = "echo \"$@\" >'%s'\n".formatted(words());
        String real = "exec '%s' \"$@\"\n".formatted(home.resolve("bin/java"));
        Files.writeString(java, "#!/bin/sh\n" + note + script + real);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Whether the last JVM was given a cache to use.
    boolean gaveCache() throws IOException {
        return Files.readString(words()).contains("-XX:AOTCache=");
    }

    /// What its JVM starts with, as the script says it.
    String classPath() {
        try (Stream<Path> jars = Files.list(lib())) {
            return Stream.concat(jars.sorted(), Stream.of(ownJar()))
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// And its AOT cache.
    Path cache() {
        return root.resolve("cli/target/cress.aot");
    }

    /// What build workers start with.
    Path buildCache() {
        return root.resolve("cli/target/build.aot");
    }

    /// Runs `cress up` until the worker that waits for a build has mapped its cache.
    void awaitCacheOfWaitingWorker() throws IOException {
        var builder =
                new ProcessBuilder(
                        root.resolve("cress").toString(),
                        "up",
                        "--empty",
                        "--port=0",
                        "--control-port=0",
                        "--data=" + root.resolve("data"));
        builder.environment()
                .putAll(
                        Map.of(
                                "CRESS_JAVA_HOME",
                                jdk.toString(),
                                "XDG_CONFIG_HOME",
                                root.resolve("config").toString()));
        builder.redirectError(root.resolve("up.err").toFile());
        Process up = builder.start();
        try (var out = up.inputReader()) {
            assertThat(out.lines().anyMatch("ready"::equals)).isTrue();
            Path maps = Path.of("/proc", Long.toString(waitingWorker(up).pid()), "maps");
            await().atMost(LocalFleet.SOON)
                    .until(() -> Files.readString(maps).contains(buildCache().toString()));
        } finally {
            up.destroy();
            up.onExit().join();
        }
    }

    /// The only process that it starts.
    private static ProcessHandle waitingWorker(Process up) {
        return await().atMost(LocalFleet.SOON)
                .until(() -> up.children().findAny(), Optional::isPresent)
                .orElseThrow();
    }

    private Path words() {
        return root.resolve("words");
    }

    /// The jar of the command itself.
    Path ownJar() {
        return root.resolve("cli/target/cli-0.1.0-SNAPSHOT.jar");
    }

    Path lib() {
        return root.resolve("cli/target/lib");
    }

    /// As if it had been there when all was built: a newer source would be built first.
    void addFlag(String flag) throws IOException {
        Files.writeString(
                root.resolve(DIST + "/jvm.options"), flag + "\n", StandardOpenOption.APPEND);
        Files.setLastModifiedTime(
                root.resolve("cli/target/built"), FileTime.from(Instant.now().plusSeconds(60)));
    }

    /// Runs `cress --version`.
    ///
    /// @param javaOptions further options of the JVM, as people set them
    Ended version(String javaOptions) throws IOException, InterruptedException {
        Path out = Files.createTempFile(root, "version", ".out");
        Path err = Files.createTempFile(root, "version", ".err");
        var builder = new ProcessBuilder(root.resolve("cress").toString(), "--version");
        builder.environment()
                .putAll(Map.of("CRESS_JAVA_HOME", jdk.toString(), "JDK_JAVA_OPTIONS", javaOptions));
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
