package dev.cress.cli;

import static dev.cress.cli.Builds.awaitAnswer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.cli.Builds.Place;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/// Control planes of this build and of the one before on one PostgreSQL database.
@Timeout(300)
@EnabledIfSystemProperty(
        named = "cress.previous",
        matches = ".+",
        disabledReason = ".ci/upgrade builds the build before and runs this with it")
class SharedUpgradeTest {
    private static final String HELLO = LocalFleet.module("hello").toString();

    @TempDir private Path folder;
    private Builds builds;
    private EmbeddedPostgres postgres;
    private String store;
    private Place one;
    private Place other;

    @BeforeEach
    void start() throws IOException {
        builds = new Builds(folder);
        postgres =
                EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
        store = postgres.getJdbcUrl("postgres", "postgres");
        one = Builds.place("one");
        other = Builds.place("other");
    }

    @AfterEach
    void stop() throws IOException {
        builds.close();
        postgres.close();
    }

    private CressProcess control(String build, Place place) throws IOException {
        return builds.control(build, place, "--store", store);
    }

    /// Where the node answers.
    private int node(String build, Place place, String region, String token) throws IOException {
        var process =
                builds.start(
                        build,
                        "node-" + region,
                        "run",
                        "node",
                        "--region",
                        region,
                        "--control",
                        place.url(),
                        "--join",
                        token);
        return Builds.port(process.awaitReady(), "node " + region);
    }

    /// What is deployed through each is served by the nodes of both: the command waits for them.
    private void deployThroughEach(String name, int... nodes) throws Exception {
        deploy(builds.before, one, name + "-a");
        deploy(builds.now, other, name + "-b");
        for (int node : nodes) {
            awaitAnswer(node, name + "-a");
            awaitAnswer(node, name + "-b");
        }
    }

    private void deploy(String build, Place through, String function) throws Exception {
        assertThat(builds.run(build, through, "deploy", function, HELLO, "-o", "json"))
                .contains("fra-1", "iad-1");
    }

    private void together(String first, String second) throws Exception {
        var here = control(first, one);
        var there = control(second, other);
        String token = builds.joinToken(builds.now, one);
        int fra = node(first, one, "fra", token);
        int iad = node(second, other, "iad", token);
        builds.awaitNode(one, "iad-1");
        builds.awaitNode(other, "fra-1");
        deployThroughEach("first", fra, iad);

        here.close();
        control(second, one);
        builds.awaitNode(other, "fra-1");
        deployThroughEach("second", fra, iad);

        there.close();
        control(first, other);
        builds.awaitNode(one, "iad-1");
        builds.awaitNode(other, "fra-1");
        deployThroughEach("third", fra, iad);
        assertThat(builds.run(builds.now, one, "status", "-o", "json"))
                .contains("first-a", "first-b", "second-a", "second-b", "third-a", "third-b");
    }

    @Test
    void aControlPlaneOfThisBuildJoinsOneOfTheBuildBefore() throws Exception {
        together(builds.before, builds.now);
    }

    @Test
    void aControlPlaneOfTheBuildBeforeJoinsOneOfThisBuild() throws Exception {
        together(builds.now, builds.before);
    }
}
