package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// This build beside the one before, in either order: processes of both, on data folders that
/// the other wrote.
@Timeout(180)
@EnabledIfSystemProperty(
        named = "cress.previous",
        matches = ".+",
        disabledReason = ".ci/upgrade builds the build before and runs this with it")
class UpgradeTest {
    private static final String HELLO = LocalFleet.module("hello").toString();

    @TempDir private Path folder;
    private final List<CressProcess> running = new ArrayList<>();
    private int controlPort;
    private String before;

    @BeforeEach
    void findTheBuildBefore() throws IOException {
        Path target = Path.of(System.getProperty("cress.previous", ""), "cli", "target");
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            before =
                    Stream.concat(
                                    jars.sorted(),
                                    Stream.of(target.resolve("cli-0.1.0-SNAPSHOT.jar")))
                            .map(Path::toString)
                            .collect(Collectors.joining(":"));
        }
        try (var free = new ServerSocket(0)) {
            controlPort = free.getLocalPort();
        }
    }

    @AfterEach
    void endEverything() throws IOException {
        for (CressProcess process : running) {
            process.close();
        }
    }

    private String url() {
        return "http://127.0.0.1:" + controlPort;
    }

    private String now() {
        return System.getProperty("java.class.path");
    }

    private CressProcess start(String build, String machine, String... command) throws IOException {
        Map<String, String> environment =
                Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString());
        var process =
                CressProcess.start(build, folder.resolve(machine), environment, List.of(command));
        running.add(process);
        return process;
    }

    private CressProcess control(String build) throws IOException {
        var process =
                start(build, "control", "run", "control-plane", "--control-port", "" + controlPort);
        process.awaitReady();
        return process;
    }

    private CressProcess node(String build, String token) throws IOException {
        var process =
                start(
                        build,
                        "node",
                        "run",
                        "node",
                        "--region",
                        "fra@50.1,8.7",
                        "--control",
                        url(),
                        "--join",
                        token);
        process.awaitReady();
        return process;
    }

    /// Where the router of this build answers.
    private int router(String build, String token) throws IOException {
        var process =
                start(
                        build,
                        "router-" + running.size(),
                        "run",
                        "router",
                        "--port",
                        "0",
                        "--control",
                        url(),
                        "--join",
                        token);
        String said = process.awaitReady();
        String url = said.replaceFirst("(?s).*?router\\s+(http://\\S+).*", "$1");
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    private String run(String build, String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--control", url()));
        return start(build, "control", words.toArray(String[]::new)).done().strip();
    }

    private String joinToken(String build) throws Exception {
        return run(build, "token", "create", "fleet", "--scope", "join");
    }

    /// The node comes back to a control plane that was started anew.
    private void awaitNode() {
        await().atMost(40, SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(run(now(), "status"))
                                        .containsPattern("fra-1 +fra +connected"));
    }

    private static void awaitAnswer(int port, String function) {
        await().atMost(40, SECONDS)
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(
                                                RawHttp.get(
                                                        port,
                                                        "/",
                                                        "Host: %s.localhost".formatted(function)))
                                        .contains("Hello from fra"));
    }

    @Test
    void theControlPlaneGoesFirstThenTheNodeThenTheRouter() throws Exception {
        var control = control(before);
        String token = joinToken(before);
        var node = node(before, token);
        int router = router(before, token);
        run(before, "deploy", "one", HELLO);
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
        control(before);
        String token = joinToken(before);
        node(before, token).close();
        node(now(), token);
        int router = router(now(), token);
        run(before, "deploy", "one", HELLO);
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
        node(before, token);
        int router = router(before, token);
        awaitAnswer(router, "one");
        run(now(), "deploy", "two", HELLO);
        awaitAnswer(router, "two");
    }

    @Test
    void aStoreThatThisBuildChangedIsRefusedByTheBuildBeforeInWords() throws Exception {
        control(before).close();
        control(now()).close();
        var back =
                start(
                        before,
                        "control",
                        "run",
                        "control-plane",
                        "--control-port",
                        "" + controlPort);
        assertThat(back.exitCode()).isNotZero();
        assertThat(back.errors()).contains("newer");
    }
}
