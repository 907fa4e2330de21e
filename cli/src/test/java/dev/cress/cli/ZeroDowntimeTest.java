package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// No client notices that versions change: 200 requests a second over connections that stay open,
/// through every change that a function and its neighbour can see.
@Timeout(240)
@Order(Integer.MAX_VALUE - 3)
class ZeroDowntimeTest {
    private static final int PER_SECOND = 200;

    /// Who asks. Of so many a share of 10 % is 100, and misses by more than 40, over four standard
    /// deviations, once in 30,000 tests.
    private static final int KEYS = 1_000;

    private static final int TENTH = KEYS / 10;
    private static final int TOLERATED = 40;

    @TempDir private static Path folder;
    private static LocalFleet fleet;

    @BeforeAll
    static void start() throws IOException {
        fleet = new LocalFleet(folder.resolve("fleet"));
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    /// A manifest that differs from others in its config.
    private static Path version(String name, String greeting) throws IOException {
        Path dir = Files.createDirectories(folder.resolve(name + "-" + greeting));
        Files.writeString(
                dir.resolve("cress.toml"),
                "name = \"%s\"\nmodule = \"%s\"\n[capabilities]\nconfig = { GREETING = \"%s\" }\n"
                        .formatted(name, LocalFleet.module("hello"), greeting));
        return dir;
    }

    /// Waits until every key has had its answers anew.
    private static Map<Integer, Set<Integer>> everybodysVersions(OpenLoop load) {
        load.forgetKeys();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            load.requireWell();
                            assertThat(load.versionsOfKeys()).hasSize(KEYS);
                        });
        return load.versionsOfKeys();
    }

    private static Set<Integer> keysOf(Map<Integer, Set<Integer>> answers, int version) {
        return answers.entrySet().stream()
                .filter(entry -> entry.getValue().contains(version))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static void change(OpenLoop load, List<Object> command) {
        Cli done = fleet.cress(command.toArray());
        assertThat(done.exitCode()).as(done.err()).isZero();
        load.requireWell();
    }

    @Test
    void noRequestFailsThroughDeployCanaryRollbackAndDelete() throws IOException {
        fleet.deploy(version("shop", "one"));
        fleet.deploy(version("other", "one"));
        int port = fleet.fleet.routerUrl().getPort();
        try (var load = OpenLoop.start(port, "shop", _ -> "/", PER_SECOND, KEYS, 1)) {
            everybodysVersions(load);

            load.allow(1, 2);
            change(load, List.of("deploy", version("shop", "two")));
            load.allow(2);
            everybodysVersions(load);

            load.allow(2, 3);
            change(load, List.of("deploy", version("shop", "three"), "--share", "10%"));
            Set<Integer> tenth = fitsATenth(everybodysVersions(load));

            change(load, List.of("promote", "shop", "--share", "50%"));
            var half = everybodysVersions(load);
            assertThat(keysOf(half, 3)).as("nobody flips back").containsAll(tenth);
            assertThat(half.values()).as("nobody gets both").allMatch(each -> each.size() == 1);

            change(load, List.of("rollback", "shop"));
            load.allow(2);
            everybodysVersions(load);

            change(load, List.of("delete", "other"));
            everybodysVersions(load);
            load.endedWell();
            assertThat(load.answered()).isGreaterThan(6L * KEYS);
        }
    }

    private static Set<Integer> fitsATenth(Map<Integer, Set<Integer>> answers) {
        assertThat(answers.values()).as("nobody gets both").allMatch(each -> each.size() == 1);
        Set<Integer> tenth = keysOf(answers, 3);
        assertThat(tenth.size()).isBetween(TENTH - TOLERATED, TENTH + TOLERATED);
        return tenth;
    }
}
