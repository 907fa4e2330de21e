package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Processes that speak TLS with their control plane and are known there by certificates.
class MembersProcessesTest {
    @TempDir private Path folder;
    private final List<Part> parts = new ArrayList<>();
    private Part control;

    @BeforeEach
    void startAControlPlane() throws Exception {
        control = part("control-plane", "--control-port", "0", "--tls");
        control.awaitReady();
    }

    @AfterEach
    void endEveryProcess() throws InterruptedException {
        for (Part part : parts) {
            part.kill();
        }
    }

    private Part part(String... args) throws IOException {
        var part = new Part(folder, args);
        parts.add(part);
        return part;
    }

    private Cli run(String... args) throws IOException {
        var known = new KnownFleets(Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString()));
        String authority = known.find(URI.create(control.address())).orElseThrow().authority();
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--control", control.address(), "--ca", authority));
        all.addAll(List.of("--token", Files.readString(folder.resolve("operator.token")).strip()));
        return Cli.run(all.toArray(String[]::new));
    }

    private String cress(String... args) throws IOException {
        Cli done = run(args);
        assertThat(done.exitCode()).as(done.err()).isZero();
        return done.out().strip();
    }

    private static String answer(Part router) throws IOException {
        return RawHttp.get(router.port(), "/", "Host: hello.localhost");
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    @Test
    void aNodeAndARouterJoinServeAndComeBackByThemselves() throws Exception {
        String forNode = cress("node", "join-token", "--region", "fra@50.1,8.7");
        String forRouter = cress("node", "join-token", "--region", "fra", "--role", "router");
        String admin = Integer.toString(freePort());
        Part node =
                part(
                        "node",
                        "--region",
                        "fra",
                        "--port",
                        "0",
                        "--admin-port",
                        admin,
                        "--join",
                        forNode);
        Part router = part("router", "--port", "0", "--join", forRouter);
        node.awaitReady();
        router.awaitReady();
        assertThat(cress("node", "list")).contains("fra-1", "router-1");
        cress("deploy", "hello", LocalFleet.module("hello").toString());
        await().atMost(20, SECONDS)
                .untilAsserted(() -> assertThat(answer(router)).contains("Hello from fra"));
        assertThat(RawHttp.get(Integer.parseInt(admin), "/metrics", "Host: localhost"))
                .contains("cress_images_taken_total 1.0", "cress_images_built_total 0.0");

        node.kill();
        control.kill();
        node.startAgain();
        await().atMost(20, SECONDS)
                .untilAsserted(() -> assertThat(answer(router)).contains("Hello from fra"));
        control.startAgain();
        await().atMost(20, SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(cress("status", "-o", "json"))
                                        .contains("\"connected\":true", "\"routers_connected\":1"));

        cress("node", "drain", "fra-1");
        await().atMost(20, SECONDS)
                .untilAsserted(
                        () -> {
                            assertThat(cress("status")).contains("draining");
                            assertThat(answer(router)).contains(" 503 ");
                        });
        assertThat(cress("node", "remove", "fra-1")).contains("node fra-1 in region fra removed");
        assertThat(cress("node", "list")).doesNotContain("fra-1");
        assertThat(run("node", "remove", "fra-1").err()).contains("nobody called fra-1");
    }

    @Test
    void whoIsNotKnownIsNotSpokenWith() throws IOException {
        Cli stranger =
                Cli.run(
                        "status",
                        "--control",
                        control.address(),
                        "--token",
                        "t",
                        "--ca",
                        "0".repeat(64));
        assertThat(stranger.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(stranger.err()).contains("isn't known", "--ca");
    }

    @Test
    void aNodeOfAnotherRegionDoesNotUseUpTheToken() throws Exception {
        String string = cress("node", "join-token", "--region", "fra");
        String data = folder.resolve("other").toString();
        Cli elsewhere = Cli.run("run", "node", "--region", "iad", "--join", string, "--data", data);
        assertThat(elsewhere.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(elsewhere.err()).contains("it is for region fra, not iad");
        Part node = part("node", "--region", "fra", "--port", "0", "--join", string);
        node.awaitReady();
    }

    @Test
    void aJoinStringThatWasCutIsSaidToBe() {
        Cli cut = Cli.run("run", "node", "--region", "fra", "--join", "cress-join.e30");
        assertThat(cut.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(cut.err()).contains("was all of it copied?");
        Cli nothing = Cli.run("run", "node", "--region", "fra", "--data", folder.toString());
        assertThat(nothing.err()).contains("cress node join-token");
    }
}
