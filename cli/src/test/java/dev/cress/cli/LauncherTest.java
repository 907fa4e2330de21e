package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The `cress` script, where it can be told apart from what it starts.
class LauncherTest {
    @TempDir private Path folder;

    private record Ended(int exitCode, String said) {}

    private static Ended launch(Map<String, String> environment)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(Sources.ROOT.resolve("cress").toString(), "--version");
        builder.environment().remove("JAVA_HOME");
        builder.environment().remove("CRESS_JAVA_HOME");
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
        Path java = home.resolve("bin/java");
        Files.writeString(java, "#!/bin/sh\nexit 0\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    @Test
    void saysWhichJdksItFoundAndWhatToInstallWhenAllAreTooOld() throws Exception {
        Path seventeen = jdk("seventeen", "17.0.15");
        Path twentyOne = jdk("twenty-one", "21.0.4");
        Ended ended = launch(Map.of("CRESS_JDK_DIRS", seventeen + " " + twentyOne));
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.said())
                .contains(
                        "needs a JDK 25",
                        "17 (" + seventeen,
                        "21 (" + twentyOne,
                        "openjdk-25-jdk-headless");
    }

    @Test
    void itsOwnVariableComesBeforeWhatItFinds() throws Exception {
        Ended ended =
                launch(
                        Map.of(
                                "CRESS_JAVA_HOME", folder.resolve("nothing").toString(),
                                "CRESS_JDK_DIRS", jdk("old", "11.0.2").toString()));
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.said()).contains("11 (");
    }
}
