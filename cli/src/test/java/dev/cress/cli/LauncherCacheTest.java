package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/// The `cress` script and the AOT cache that it has made after a build, as people meet them.
class LauncherCacheTest {
    /// A JVM that can't use its AOT cache doesn't start.
    private static final String ONLY_WITH_CACHE = "-XX:AOTMode=on";

    private final Checkout trained = TrainedBuild.checkout();

    @TempDir private Path folder;

    @Test
    void trainsOnceAndFromThenOnStartsWithItsCache() throws Exception {
        Checkout.Ended first = TrainedBuild.firstStart();
        assertThat(first.err()).contains("cress: training", "cress: trained in");
        assertThat(first.out()).startsWith("cress ").hasLineCount(1);
        assertThat(first.exitCode()).isZero();

        Checkout.Ended second = trained.version(ONLY_WITH_CACHE);
        assertThat(second.err()).doesNotContain("cress:");
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(trained.gaveCache()).isTrue();
        assertThat(trained.buildCache()).isNotEmptyFile();
    }

    /// A training that makes what is no cache, at once: the script alone says when it is used.
    private static final String AS_IF_TRAINED =
            """
            for word in "$@"; do
              case "$word" in
                -XX:AOTCacheOutput=*) echo none >"${word#*=}"; trained=yes ;;
                *build.aot) echo none >"$word" ;;
              esac
            done
            [ -z "${trained-}" ] || exit 0
            """;

    @Test
    void startsWithItUntilWhatItWasMadeOfChanges() throws Exception {
        var checkout = Checkout.in(folder);
        checkout.layJdk(AS_IF_TRAINED);
        assertThat(checkout.version("").err()).contains("cress: trained in");
        assertThat(checkout.gaveCache()).isTrue();

        Files.setLastModifiedTime(checkout.ownJar(), FileTime.from(Instant.now().plusSeconds(10)));
        assertStartsWithout(checkout, "since this changed: cli-0.1.0-SNAPSHOT.jar");
        Files.setLastModifiedTime(checkout.ownJar(), FileTime.from(Instant.EPOCH));

        Path another = Files.copy(checkout.ownJar(), checkout.lib().resolve("another.jar"));
        Files.setLastModifiedTime(another, FileTime.from(Instant.EPOCH));
        assertStartsWithout(checkout, "since this changed: class path");
        checkout.addFlag("-XX:+UseSerialGC");
        assertStartsWithout(checkout, "since this changed: flags, class path");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aBuildWorkerThatUpStartsAheadHasItsOwnCacheMapped() throws Exception {
        trained.awaitCacheOfWaitingWorker();
    }

    private static void assertStartsWithout(Checkout checkout, String why) throws Exception {
        Checkout.Ended ended = checkout.version("");
        assertThat(ended.err()).contains("cress: starts without its AOT cache, " + why + "\n");
        assertThat(ended.out()).startsWith("cress ").hasLineCount(1);
        assertThat(ended.exitCode()).isZero();
        assertThat(checkout.gaveCache()).isFalse();
    }

    @Test
    void whatOnlyTheJvmSeesItSaysAndNotAmongResults() throws Exception {
        Checkout.Ended ended = trained.version("--add-modules=jdk.jfr");
        assertThat(ended.err()).contains("AOT cache");
        assertThat(ended.out()).startsWith("cress ").hasLineCount(1);
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void aTrainingThatFailsIsSaidOnceAndKeepsNothingFromStarting() throws Exception {
        var checkout = Checkout.in(folder);
        checkout.layJdk(
                """
                case "$*" in *AOTCacheOutput*) echo no room; exit 1 ;; esac
                """);
        Checkout.Ended first = checkout.version("");
        assertThat(first.err()).contains("cress: training failed", "training.log");
        assertThat(Files.readString(folder.resolve("cli/target/training.log"))).contains("no room");
        assertThat(first.out()).startsWith("cress ");
        assertThat(first.exitCode()).isZero();

        Checkout.Ended second = checkout.version("");
        assertThat(second.err()).doesNotContain("cress:");
        assertThat(second.exitCode()).isZero();
    }
}
