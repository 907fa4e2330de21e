package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.cli.Wire.Answer;
import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A function runs only where its manifest says: nodes in Frankfurt and in Virginia, clients in
/// both places.
@Timeout(240)
@Order(4)
class PlacementTest {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final int PER_SECOND = 100;

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

    /// The module `hello` as bytes that no other function has (a custom section, Wasm core §5.5.3).
    private static byte[] module(String mark) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(Files.readAllBytes(LocalFleet.module("hello")));
        byte[] name = mark.getBytes(US_ASCII);
        bytes.writeBytes(new byte[] {0, (byte) (1 + name.length), (byte) name.length});
        bytes.writeBytes(name);
        return bytes.toByteArray();
    }

    private static Path version(String name, String mark, String more) throws IOException {
        Path dir = Files.createDirectories(folder.resolve(name + "-" + mark));
        Files.write(dir.resolve("hello.wasm"), module(name + mark));
        Files.writeString(
                dir.resolve("cress.toml"),
                "name = \"%s\"\nmodule = \"hello.wasm\"\n%s".formatted(name, more));
        return dir;
    }

    private static String in(String... regions) {
        return "[placement]\nregions = [\"%s\"]\n".formatted(String.join("\", \"", regions));
    }

    private static String secret(String name) {
        return "[capabilities]\nsecrets = [\"%s\"]\n".formatted(name);
    }

    private static void set(String name, String value) throws IOException {
        Path file = Files.writeString(folder.resolve(name), value);
        Cli set = fleet.cress("secret", "set", name, "--from-file", file);
        assertThat(set.exitCode()).as(set.err()).isZero();
    }

    private static Cli deploy(Path version, Object... options) {
        Object[] all = new Object[options.length + 2];
        all[0] = "deploy";
        all[1] = version;
        System.arraycopy(options, 0, all, 2, options.length);
        return fleet.cress(all);
    }

    private static Answer ask(String host, String from, String... more) throws IOException {
        try (Wire wire = fleet.wire()) {
            String[] headers = new String[more.length + 2];
            headers[0] = "Host: " + host + ".localhost";
            headers[1] = "X-Forwarded-For: " + from;
            System.arraycopy(more, 0, headers, 2, more.length);
            return wire.get("/", headers);
        }
    }

    private static Answer askAt(String node, String host) throws IOException {
        try (var wire = new Wire(fleet.node(node).url().getPort())) {
            return wire.get("/", "Host: " + host + ".localhost");
        }
    }

    private static Path disk(String node) {
        return folder.resolve("fleet").resolve("nodes").resolve(node);
    }

    private static Path moduleOn(String node, String name, String mark) throws IOException {
        return disk(node).resolve("modules").resolve(Sha256.of(module(name + mark)) + ".wasm");
    }

    @Test
    void everybodyIsAnsweredFromWhereItIsPlacedAndNobodyElseHasIt() throws IOException {
        set("STAYER_KEY", "told in Frankfurt");
        Path manifest = version("stayer", "one", secret("STAYER_KEY") + in("fra"));
        Cli deployed = deploy(manifest);
        assertThat(deployed.exitCode()).as(deployed.err()).isZero();
        assertThat(deployed.out()).contains("serving on fra-1").doesNotContain("iad-1");
        assertThat(deployed.err()).doesNotContain("iad-1");
        for (String from : List.of(Load.IN_GERMANY, Load.IN_THE_US)) {
            Answer answer = ask("stayer", from);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.node()).isEqualTo("fra-1");
            assertThat(answer.header("x-cress-regions")).isEmpty();
        }
        Answer refused = askAt("iad-1", "stayer");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.error()).isEqualTo("unavailable");
        assertThat(refused.text()).contains("stayer is placed in fra, and this node is in iad");
        await().atMost(WITHIN).until(() -> Files.exists(moduleOn("fra-1", "stayer", "one")));
        assertThat(moduleOn("iad-1", "stayer", "one")).doesNotExist();
        assertThat(fleet.cress("status", "-o", "json").out())
                .as("what a node is to have")
                .doesNotContainPattern("(?s)\"iad-1\"((?!\"fra-1\").)*\"stayer\",\"version\"");
    }

    @Test
    void aFunctionMovesUnderLoadAndNoRequestFails() throws IOException {
        set("GREETING", "Moved");
        Path first = version("mover", "one", secret("GREETING") + in("fra"));
        assertThat(deploy(first).exitCode()).isZero();
        assertThat(ask("mover", Load.IN_THE_US).text()).contains("Moved from fra");
        await().atMost(WITHIN).until(() -> Files.exists(moduleOn("fra-1", "mover", "one")));
        int port = fleet.fleet.routerUrl().getPort();
        try (var load = OpenLoop.start(port, "mover", _ -> "/", PER_SECOND, 100, 1, 2)) {
            await().atMost(WITHIN).until(() -> load.answered() > 2 * PER_SECOND);
            Cli moved = deploy(version("mover", "two", secret("GREETING") + in("iad")));
            assertThat(moved.exitCode()).as(moved.err()).isZero();
            assertThat(moved.out()).contains("serving on iad-1").doesNotContain("fra-1");
            await().atMost(WITHIN).until(() -> askAt("fra-1", "mover").status() == 503);
            long then = load.answered();
            await().atMost(WITHIN).until(() -> load.answered() > then + 2 * PER_SECOND);
            load.endedWell();
        }
        Answer german = ask("mover", Load.IN_GERMANY);
        assertThat(german.text()).contains("Moved from iad");
        assertThat(german.node()).isEqualTo("iad-1");
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(moduleOn("fra-1", "mover", "one")).doesNotExist());
        assertThat(moduleOn("iad-1", "mover", "one")).doesNotExist();
        await().atMost(WITHIN).until(() -> Files.exists(moduleOn("iad-1", "mover", "two")));

        Cli back = fleet.cress("rollback", "mover");
        assertThat(back.exitCode()).as(back.err()).isZero();
        assertThat(back.out()).contains("serving on fra-1").doesNotContain("iad-1");
        assertThat(ask("mover", Load.IN_THE_US).status()).isEqualTo(200);
    }

    @Test
    void aCandidateThatAddsARegionHasItToItself() throws IOException {
        assertThat(deploy(version("grows", "one", in("fra"))).exitCode()).isZero();
        Cli canary = deploy(version("grows", "two", in("fra", "iad")), "--share", "10%");
        assertThat(canary.exitCode()).as(canary.err()).isZero();
        assertThat(canary.err()).contains("placement: fra → fra, iad");
        assertThat(fleet.cress("versions", "grows").out())
                .contains("90% in fra ", "10% in fra,iad ");
        int old = 0;
        for (int key = 0; key < 50; key++) {
            Answer here = ask("grows", Load.IN_GERMANY, "X-Cress-Affinity: k" + key);
            assertThat(here.node()).isEqualTo("fra-1");
            old += here.header("x-cress-version").equals("1") ? 1 : 0;
        }
        assertThat(old).as("of 50 clients in Germany").isBetween(30, 50);
        await().atMost(WITHIN).until(() -> ask("grows", Load.IN_THE_US).node().equals("iad-1"));
        assertThat(ask("grows", Load.IN_THE_US).header("x-cress-version")).isEqualTo("2");
    }

    /// The router takes both versions' regions for the function's, and the node knows better.
    @Test
    void aPreviewGetsToWhereItsVersionIs() throws IOException {
        assertThat(deploy(version("split", "one", in("fra"))).exitCode()).isZero();
        Path second = version("split", "two", in("iad"));
        assertThat(deploy(second, "--share", "50%").exitCode()).isZero();
        for (String from : List.of(Load.IN_GERMANY, Load.IN_THE_US)) {
            assertThat(ask("v1--split", from).node()).isEqualTo("fra-1");
            assertThat(ask("v2--split", from).node()).isEqualTo("iad-1");
            assertThat(ask("v3--split", from).error()).isEqualTo("no-route");
        }
    }

    @Test
    void deploySaysWhereNobodyIs() throws IOException {
        Cli some = deploy(version("far", "one", in("fra", "syd")));
        assertThat(some.exitCode()).isZero();
        assertThat(some.err()).contains("far is placed in fra, syd: no node is known in syd");
        Cli none = deploy(version("farther", "one", in("syd")));
        assertThat(none.exitCode()).isEqualTo(3);
        assertThat(none.err()).contains("no node is known in syd", "when a node joins there");
        await().atMost(WITHIN).until(() -> ask("farther", Load.IN_GERMANY).status() == 502);
        Answer nobody = ask("farther", Load.IN_GERMANY);
        assertThat(nobody.text())
                .contains("farther is placed in syd, and the router knows of no node there");
    }

    @Test
    void aWaveThatLeavesThePlacementIsRefused() throws IOException {
        assertThat(deploy(version("wave", "one", in("fra"))).exitCode()).isZero();
        Cli refused = deploy(version("wave", "two", in("fra")), "--waves", "fra,iad");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("a wave comes to iad", "placed in fra only");
        assertThat(deploy(version("wave", "two", in("fra")), "--waves", "fra").exitCode()).isZero();
    }
}
