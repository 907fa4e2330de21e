package dev.cress.cli;

import static dev.cress.cli.Builds.awaitAnswer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.cli.Builds.Place;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/// This build beside the one before, in either order: processes of both, on data folders that
/// the other wrote.
@Timeout(300)
@EnabledIfSystemProperty(
        named = "cress.previous",
        matches = ".+",
        disabledReason = ".ci/upgrade builds the build before and runs this with it")
class UpgradeTest {
    private static final String HELLO = LocalFleet.module("hello").toString();

    @TempDir private Path folder;
    private Builds builds;
    private Place place;

    @BeforeEach
    void findTheBuildBefore() throws IOException {
        builds = new Builds(folder);
        place = Builds.place("control");
    }

    @AfterEach
    void endEverything() throws IOException {
        builds.close();
    }

    private String before() {
        return builds.before;
    }

    private String now() {
        return builds.now;
    }

    private CressProcess control(String build) throws IOException {
        return builds.control(build, place);
    }

    private CressProcess node(String build, String token) throws IOException {
        var process =
                builds.start(
                        build,
                        "node",
                        "run",
                        "node",
                        "--region",
                        "fra@50.1,8.7",
                        "--control",
                        place.url(),
                        "--join",
                        token);
        process.awaitReady();
        return process;
    }

    /// Where the router of this build answers.
    private int router(String build, String token) throws IOException {
        var process =
                builds.start(
                        build,
                        build.equals(now()) ? "router" : "router-before",
                        "run",
                        "router",
                        "--port",
                        "0",
                        "--control",
                        place.url(),
                        "--join",
                        token);
        return Builds.port(process.awaitReady(), "router");
    }

    private String run(String build, String... command) throws Exception {
        return builds.run(build, place, command);
    }

    private String joinToken(String build) throws Exception {
        return builds.joinToken(build, place);
    }

    private void awaitNode() {
        builds.awaitNode(place, "fra-1");
    }

    @Test
    void theControlPlaneGoesFirstThenTheNodeThenTheRouter() throws Exception {
        var control = control(before());
        String token = joinToken(before());
        var node = node(before(), token);
        int router = router(before(), token);
        run(before(), "deploy", "one", HELLO);
        awaitAnswer(router, "one");

        control.close();
        control(now());
        awaitNode();
        run(now(), "deploy", "two", HELLO);
        awaitAnswer(router, "one");
        awaitAnswer(router, "two");

        node.close();
        node(now(), token);
        run(now(), "deploy", "three", HELLO);
        awaitAnswer(router, "two");
        awaitAnswer(router, "three");

        int routerNow = router(now(), token);
        awaitAnswer(routerNow, "one");
        run(now(), "rollback", "one", "1");
        assertThat(run(now(), "versions", "one")).contains("100%");
    }

    @Test
    void theNodeAndTheRouterGoFirst() throws Exception {
        control(before());
        String token = joinToken(before());
        node(before(), token).close();
        node(now(), token);
        int router = router(now(), token);
        run(before(), "deploy", "one", HELLO);
        awaitAnswer(router, "one");
        run(now(), "deploy", "two", HELLO);
        awaitAnswer(router, "two");
    }

    @Test
    void theNodeGoesBackToTheBuildBefore() throws Exception {
        control(now());
        String token = joinToken(now());
        var node = node(now(), token);
        run(now(), "deploy", "one", HELLO);
        node.close();
        node(before(), token);
        int router = router(before(), token);
        awaitAnswer(router, "one");
        run(now(), "deploy", "two", HELLO);
        awaitAnswer(router, "two");
    }

    /// All that was stored by either is there for the other.
    @Test
    void theControlPlaneGoesBackToTheBuildBeforeOnTheSameFolder() throws Exception {
        var first = control(before());
        String token = joinToken(before());
        node(before(), token);
        int router = router(before(), token);
        run(before(), "deploy", "one", HELLO);
        first.close();

        var then = control(now());
        awaitNode();
        run(now(), "deploy", "two", HELLO);
        then.close();

        var back = control(before());
        awaitNode();
        run(before(), "deploy", "three", HELLO);
        run(before(), "rollback", "two", "1");
        String backup = folder.resolve("backup.db").toString();
        builds.local(
                before(),
                place,
                "store",
                "backup",
                "--from",
                builds.data(place).toString(),
                "--to",
                backup);
        back.close();

        control(now());
        awaitNode();
        run(now(), "deploy", "four", HELLO);
        for (String function : new String[] {"one", "two", "three", "four"}) {
            awaitAnswer(router, function);
            assertThat(run(now(), "versions", function)).contains("100%");
        }
        Place restored = Builds.place("restored");
        builds.local(
                now(),
                restored,
                "store",
                "restore",
                "--from",
                backup,
                "--to",
                builds.data(restored).toString());
        builds.control(now(), restored);
        assertThat(builds.run(now(), restored, "status", "-o", "json"))
                .contains("\"one\"", "\"two\"", "\"three\"");
    }
}
