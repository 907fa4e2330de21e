package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import land.oras.Annotations;
import land.oras.ArtifactType;
import land.oras.Config;
import land.oras.ContainerRef;
import land.oras.LocalPath;
import land.oras.Registry;
import land.oras.exception.OrasException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// From a registry tool's push to a function's answer.
@Timeout(120)
class PushTest {
    private static final LocalPath MODULE =
            LocalPath.of(LocalFleet.module("hello"), "application/wasm");

    private static final LocalPath SETTINGS =
            LocalPath.of(
                    Sources.ROOT.resolve("examples/hello/cress.toml"),
                    "application/vnd.cress.manifest.v1+toml");

    @TempDir private Path folder;
    private LocalFleet local;
    private Registry registry;

    @BeforeEach
    void start() throws IOException {
        local = new LocalFleet(folder.resolve("fleet"));
        String token = Files.readString(local.fleet.operatorTokenFile()).strip();
        registry = Registry.builder().insecure(address(), "anybody", token).build();
    }

    @AfterEach
    void stop() {
        local.close();
    }

    private String address() {
        return "127.0.0.1:" + local.fleet.controlUrl().getPort();
    }

    private void push(String tag, LocalPath... files) {
        registry.pushArtifact(
                ContainerRef.parse(address() + "/hello:" + tag),
                ArtifactType.unknown(),
                Annotations.empty(),
                Config.empty(),
                files);
    }

    private Wire.Answer ask() throws IOException {
        try (Wire wire = local.wire()) {
            return wire.get("/", Load.headers("hello", Load.IN_GERMANY, "ask"));
        }
    }

    @Test
    void whatWasPushedAnswersOnceItsTagIsDeployed() throws IOException {
        push("v1", MODULE);
        assertThat(ask().error()).isEqualTo("no-route");
        local.deploy("hello", "--tag", "v1");
        assertThat(ask().text()).startsWith("Hello from fra!");
        push("v2", MODULE, SETTINGS);
        assertThat(ask().text()).startsWith("Hello from fra!");
        Cli deployed = local.cress("deploy", "hello", "--tag", "v2");
        assertThat(deployed.exitCode()).as(deployed.err()).isZero();
        assertThat(deployed.out()).contains("hello version 2, pushed as v2, deployed");
        assertThat(ask().text()).startsWith("Moin from fra!");
        assertThat(local.cress("versions", "hello").out().lines().map(PushTest::ends))
                .containsExactly("TAGS", "v2", "v1");
        Cli unknown = local.cress("deploy", "hello", "--tag", "v3");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(unknown.err()).contains("hello has no tag 'v3': it has v1, v2");
        Cli both = local.cress("deploy", "hello", MODULE.getPath(), "--tag", "v2");
        assertThat(both.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    private static String ends(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    @Test
    void whatNoNodeCouldRunIsNoVersion() throws IOException {
        byte[] component = {0, 'a', 's', 'm', 13, 0, 1, 0};
        Path file = Files.write(folder.resolve("component.wasm"), component);
        assertThatThrownBy(() -> push("v1", LocalPath.of(file, "application/wasm")))
                .isInstanceOfSatisfying(
                        OrasException.class, e -> assertThat(e.getStatusCode()).isEqualTo(400));
        assertThat(local.cress("versions", "hello").exitCode()).isEqualTo(ExitCode.ERROR);
    }
}
