package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.control.ControlPlane;
import dev.cress.control.ControlPlaneConfig;
import dev.cress.control.module.KeptImages;
import dev.cress.control.module.ModulePreparer;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What the build worker of a control plane prepared is what its nodes run: they start none.
@Timeout(180)
@Order(5)
class NodeImagesTest {
    private static final Path EXAMPLES = Sources.ROOT.resolve("examples");

    @TempDir private Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    /// A control plane with a host of its own.
    private final class Plane implements AutoCloseable {
        final WasmHost host;
        final ControlPlane control;

        Plane(String name, String store) {
            this(name, store, Preparing::new);
        }

        Plane(String name, String store, Function<WasmHost, ModulePreparer> preparer) {
            Path data = folder.resolve(name);
            host = WasmHost.forAnybodysModules(data.resolve("images"));
            var config = ControlPlaneConfig.of(data).withPort(0);
            control =
                    ControlPlane.start(
                            store.isEmpty() ? config : config.withStore(store),
                            preparer.apply(host));
        }

        Cli cress(String... args) throws IOException {
            List<String> all = new ArrayList<>(List.of(args));
            String token = Files.readString(control.operatorTokenFile()).strip();
            all.addAll(List.of("--control", control.url(), "--token", token));
            Cli done = Cli.run(all.toArray(String[]::new));
            assertThat(done.exitCode()).as(done.err()).isZero();
            return done;
        }

        void deploy(String... args) throws IOException {
            List<String> all = new ArrayList<>(List.of("deploy"));
            all.addAll(List.of(args));
            cress(all.toArray(String[]::new));
        }

        String join() throws IOException {
            return cress("token", "create", "fleet", "--scope", "join").out().strip();
        }

        ApartNode node(String join) {
            URI url = URI.create(control.url());
            var node = opened(new ApartNode(folder.resolve("node"), url, join));
            await().atMost(LocalFleet.SOON).until(node.node::isServing);
            return node;
        }

        @Override
        public void close() {
            control.close();
            host.close();
        }
    }

    private Plane plane() {
        return opened(new Plane("control", ""));
    }

    private static String module(String example) {
        return LocalFleet.module(example).toString();
    }

    private static void awaitAnswer(ApartNode node, String function, String part) {
        await().atMost(LocalFleet.SOON)
                .untilAsserted(() -> assertThat(node.get(function, "/")).contains(part));
    }

    @Test
    void aNodeStartsNoBuildForModulesFiltersScriptsAndSnapshots() throws IOException {
        Plane plane = plane();
        ApartNode node = plane.node(plane.join());
        plane.deploy("hello", module("hello"));
        awaitAnswer(node, "hello", "Hello from");
        node.assertImages(1, 0);

        plane.deploy("guard", EXAMPLES.resolve("guard").toString());
        assertThat(node.get("guard", "/")).contains(" 401 ");
        node.assertImages(2, 0);

        plane.deploy("greeter", EXAMPLES.resolve("greeter").toString());
        assertThat(node.get("greeter", "/")).contains(" 200 ");
        node.assertImages(3, 0);
        assertThat(plane.host.imagesBuilt()).isEqualTo(3);

        plane.deploy(snapshotOfHello());
        awaitAnswer(node, "kept", "Hello from");
        node.assertImages(4, 0);
        assertThat(plane.host.imagesBuilt()).isEqualTo(4);
        assertThat(node.forged()).isZero();
    }

    /// A manifest.
    private String snapshotOfHello() throws IOException {
        Path manifest = folder.resolve("kept").resolve("cress.toml");
        Files.createDirectories(manifest.getParent());
        Files.writeString(
                manifest,
                """
                name = "kept"
                module = "%s"
                snapshot = true
                """
                        .formatted(module("hello")));
        return manifest.toString();
    }

    @Test
    void aSnapshotIsPreparedBeforeANodeAsks() throws IOException {
        Plane plane = plane();
        plane.deploy(snapshotOfHello(), "--no-wait");
        Sha256 hello = Sha256.of(Files.readAllBytes(LocalFleet.module("hello")));
        var snapshot = new Wanted("auto", true);
        await().atMost(LocalFleet.SOON)
                .until(() -> plane.host.keptFile(hello.hex(), snapshot).isPresent());
    }

    @Test
    void aNodeThatHasItsImagesAsksNobodyAfterARestart() throws IOException {
        Plane plane = plane();
        String join = plane.join();
        ApartNode first = plane.node(join);
        plane.deploy("hello", module("hello"));
        awaitAnswer(first, "hello", "Hello from");
        plane.close();
        first.close();
        ApartNode again = plane.node(join);
        awaitAnswer(again, "hello", "Hello from");
        again.assertImages(0, 0);
    }

    @Test
    void aNodeWithoutItsImagesAndWithoutAControlPlaneBuildsThem() throws IOException {
        Plane plane = plane();
        String join = plane.join();
        ApartNode first = plane.node(join);
        plane.deploy("hello", module("hello"));
        awaitAnswer(first, "hello", "Hello from");
        Path modules = folder.resolve("node").resolve("modules");
        await().atMost(LocalFleet.SOON)
                .until(
                        () ->
                                modules.toFile().list((_, name) -> name.endsWith(".wasm")).length
                                        == 1);
        plane.close();
        first.close();
        emptied(folder.resolve("node").resolve("images"));
        ApartNode again = plane.node(join);
        awaitAnswer(again, "hello", "Hello from");
        again.assertImages(0, 1);
    }

    private static void emptied(Path images) throws IOException {
        try (var files = Files.newDirectoryStream(images, "*.image")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aControlPlaneWhoseFolderWasEmptiedPreparesWhatANodeAsksForOnceMore() throws IOException {
        Plane plane = plane();
        plane.deploy("hello", module("hello"), "--no-wait");
        emptied(folder.resolve("control").resolve("images"));
        ApartNode node = plane.node(plane.join());
        awaitAnswer(node, "hello", "Hello from");
        node.assertImages(1, 0);
        assertThat(plane.host.imagesBuilt()).isEqualTo(2);

        plane.close();
        emptied(folder.resolve("control").resolve("images"));
        Plane again = plane();
        node.close();
        Files.move(folder.resolve("node"), folder.resolve("node-before"));
        ApartNode fresh = again.node(again.join());
        awaitAnswer(fresh, "hello", "Hello from");
        fresh.assertImages(1, 0);
        assertThat(again.host.imagesBuilt()).isEqualTo(1);
    }

    @Test
    void anotherServerOfTheStorePreparesWhatItNeverSaw() throws IOException {
        EmbeddedPostgres postgres = opened(Postgres.start());
        String url = postgres.getJdbcUrl("postgres", "postgres");
        Plane one = opened(new Plane("one", url));
        Plane other = opened(new Plane("other", url));
        ApartNode node = other.node(other.join());
        one.deploy("hello", module("hello"));
        awaitAnswer(node, "hello", "Hello from");
        node.assertImages(1, 0);
        assertThat(one.host.imagesBuilt()).isEqualTo(1);
        assertThat(other.host.imagesBuilt()).isEqualTo(1);
        assertThat(node.forged()).isZero();
    }

    @Test
    void imagesAreTakenBeforeAndAfterTheFleetsKeyIsAnother() throws IOException {
        Plane plane = plane();
        ApartNode node = plane.node(plane.join());
        plane.deploy("hello", module("hello"));
        plane.cress("key", "rotate");
        plane.deploy("markdown", module("markdown"));
        awaitAnswer(node, "markdown", "200 OK");
        node.assertImages(2, 0);
        assertThat(node.forged()).isZero();
    }

    /// Takes everything for a module of which it has this image.
    private record Careless(Path image) implements ModulePreparer, KeptImages {
        @Override
        public String prepare(Path module, String abi) {
            return "wasi-cgi";
        }

        @Override
        public Optional<KeptImages> images() {
            return Optional.of(this);
        }

        @Override
        public String build() {
            return WasmHost.imageBuild();
        }

        @Override
        public Optional<Kept> find(Asked asked) {
            try {
                byte[] bytes = Files.readAllBytes(image);
                return Optional.of(new Kept(image, bytes.length, Sha256.of(bytes)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void prepare(Path module, Asked asked) {}
    }

    /// An image with a class that no compiler of ours makes.
    private static byte[] inadmissible() throws RefusedModuleException, IOException {
        byte[] module = Files.readAllBytes(LocalFleet.module("hello"));
        ImageContent built;
        try (var watchdog = new Watchdog()) {
            built = ModuleBuild.build(module, Wanted.AUTO, new MemoryBudget(64 << 20), watchdog);
        }
        Map<String, byte[]> classes = new HashMap<>(built.compiled().classes());
        try (var in = NodeImagesTest.class.getResourceAsStream("NodeImagesTest.class")) {
            classes.put("dev.cress.cli.NodeImagesTest", in.readAllBytes());
        }
        var compiled =
                new GuestCode.Compiled(
                        built.compiled().main(), classes, built.compiled().interpreted());
        return ImageFile.write(
                new ImageContent(
                        built.abi(),
                        built.entries(),
                        built.starts(),
                        built.stripped(),
                        compiled,
                        built.state(),
                        built.note()));
    }

    @Test
    void statusSaysWhyANodeAdmitsAnImageNotAndHasNoOtherAndItGetsNoTraffic() throws Exception {
        Path image = Files.write(folder.resolve("bad.image"), inadmissible());
        Plane plane = opened(new Plane("control", "", _ -> new Careless(image)));
        ApartNode node = plane.node(plane.join());
        ControlClient client =
                ControlClient.withTokenFile(
                        URI.create(plane.control.url()), plane.control.operatorTokenFile());
        var module = client.upload("#!/bin/sh".getBytes(StandardCharsets.US_ASCII), "auto");
        var version = new Api.NewVersion(module.sha256(), Manifest.DEFAULT, Share.ALL);
        client.post("/v1/functions/hello/versions", version, Api.VersionCreated.class);
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () ->
                                assertThat(plane.cress("status").out())
                                        .containsPattern(
                                                "fra-1 can't stage hello version 1: .*"
                                                        + "the control plane's image of it isn't"
                                                        + " taken: .*compiled code is refused"));
        assertThat(node.get("hello", "/")).contains(" 503 ");
        node.assertImages(0, 0);
        assertThat(node.forged()).isEqualTo(1);
    }
}
