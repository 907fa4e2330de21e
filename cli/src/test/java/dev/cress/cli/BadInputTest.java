package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What users get wrong: one message that names the thing, the value and the limit, a non-zero exit
/// code, and nothing half-stored.
class BadInputTest {
    private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

    /// How many revisions there are, and of what.

    @TempDir private static Path folder;
    private static Fleet fleet;
    private static String before;

    @BeforeAll
    static void startAFleet() throws IOException {
        fleet = Fleet.start(Fleet.Setup.forTest(folder.resolve("data")));
        await().atMost(Duration.ofSeconds(30)).until(fleet::isReady);
        assertThat(cress("deploy", example("hello")).exitCode()).isZero();
        before = state();
    }

    @AfterAll
    static void stopTheFleet() {
        fleet.close();
    }

    @AfterEach
    void nothingIsHalfStored() throws IOException {
        assertThat(state()).isEqualTo(before);
    }

    private static String state() throws IOException {
        Cli status = cress("status", "-o", "json");
        assertThat(status.exitCode()).isZero();
        return status.out().replaceAll("\"last_seen_ms\":[0-9]+", "");
    }

    private static String example(String name) {
        return Sources.ROOT.resolve("examples").resolve(name).resolve(name + ".wasm").toString();
    }

    private static Cli cress(String... args) throws IOException {
        return as(Files.readString(fleet.operatorTokenFile()).strip(), args);
    }

    private static Cli as(String token, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--control", fleet.controlUrl().toString(), "--token", token));
        return Cli.run(all.toArray(String[]::new));
    }

    private static void refused(Cli cli, String... words) {
        assertThat(cli.exitCode()).as(cli.err()).isEqualTo(ExitCode.ERROR);
        assertThat(cli.err()).contains(words).doesNotContain("\tat ");
        assertThat(cli.out()).isEmpty();
    }

    private static String module(String name, byte[]... parts) throws IOException {
        Path file = folder.resolve(name);
        try (var out = Files.newOutputStream(file)) {
            for (byte[] part : parts) {
                out.write(part);
            }
        }
        return file.toString();
    }

    private static String manifest(String name, String text) throws IOException {
        Path file = Files.createDirectories(folder.resolve(name)).resolve("cress.toml");
        Files.writeString(file, text.formatted(example("hello")));
        return file.toString();
    }

    @Test
    void notWasm() throws IOException {
        refused(
                cress(
                        "deploy",
                        "text",
                        module("text.wasm", "hello".getBytes(StandardCharsets.UTF_8))),
                "not a WebAssembly module");
    }

    @Test
    void truncated() throws IOException {
        byte[] whole = Files.readAllBytes(Path.of(example("hello")));
        String half = module("half.wasm", Arrays.copyOf(whole, whole.length / 2));
        refused(cress("deploy", "half", half), "bytes", "left");
    }

    @Test
    void tooLarge() throws IOException {
        Path file = folder.resolve("large.wasm");
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(64 << 20);
        }
        refused(cress("deploy", "large", file.toString()), "64 MiB", "at most 50 MiB");
    }

    @Test
    void aComponent() throws IOException {
        String component = module("component.wasm", new byte[] {0, 'a', 's', 'm', 0x0d, 0, 1, 0});
        refused(cress("deploy", "component", component), "component", "wasm32-wasip1");
    }

    @Test
    void simdAndGarbageCollection() throws IOException {
        byte[] simd = {1, 5, 1, 0x60, 1, 0x7b, 0};
        refused(cress("deploy", "simd", module("simd.wasm", HEADER, simd)), "SIMD");
        byte[] gc = {1, 3, 1, 0x5f, 0};
        refused(cress("deploy", "gc", module("gc.wasm", HEADER, gc)), "garbage collected");
    }

    @Test
    void importsThatNobodyOffers() throws IOException {
        byte[] types = {1, 4, 1, 0x60, 0, 0};
        byte[] imports = {2, 11, 1, 3, 'e', 'n', 'v', 3, 'f', 'o', 'o', 0, 0};
        refused(
                cress("deploy", "imports", module("imports.wasm", HEADER, types, imports)),
                "env.foo");
    }

    @Test
    void countsThatDoNotFitTheBytes() throws IOException {
        byte[] data = {11, 5, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
        refused(
                cress("deploy", "counts", module("counts.wasm", HEADER, data)),
                "4294967295",
                "at most");
    }

    @Test
    void aNameThatIsNoDnsLabel() throws IOException {
        refused(cress("deploy", "Not_A_Label", example("hello")), "Not_A_Label", "DNS label");
        refused(cress("deploy", "a".repeat(41), example("hello")), "41 characters", "at most 40");
    }

    @Test
    void anUnknownToken() {
        refused(as("cress_nonsense", "status"), "token", "--token");
    }

    @Test
    void anUnknownFunctionOrVersion() throws IOException {
        refused(cress("versions", "nobody"), "nobody");
        refused(cress("rollback", "hello", "77"), "77");
    }

    @Test
    void aManifestWithAnUnknownKey() throws IOException {
        refused(
                cress(
                        "deploy",
                        manifest(
                                "unknown",
                                """
                                name = "x"
                                module = "%s"
                                [limits]
                                cpu = 5
                                """)),
                "limits.cpu",
                "cpu_ms");
    }

    @Test
    void aPlacementWithoutRegions() throws IOException {
        refused(
                cress(
                        "deploy",
                        manifest(
                                "nowhere",
                                """
                                name = "x"
                                module = "%s"
                                [placement]
                                regions = []
                                """)),
                "placement names no region",
                "leave placement out");
    }

    @Test
    void aLimitOutOfRange() throws IOException {
        refused(
                cress(
                        "deploy",
                        manifest(
                                "limit",
                                """
                                name = "x"
                                module = "%s"
                                [limits]
                                cpu_ms = 999999999
                                """)),
                "cpu_ms = 999999999",
                "1 to 50000");
    }

    @Test
    void aRouteThatAnotherFunctionHolds() throws IOException {
        String routed =
                """
                name = "%s"
                module = '%%s'
                [[route]]
                host = "shop.example.com"
                path = "/cart/*"
                """;
        String shop = manifest("shop", routed.formatted("shop"));
        assertThat(cress("deploy", shop).exitCode()).isZero();
        before = state();
        refused(
                cress("deploy", manifest("thief", routed.formatted("thief"))),
                "shop.example.com/cart/*",
                "held by function shop");
        assertThat(state()).isEqualTo(before);
        refused(cress("versions", "thief"), "there is no function thief");
        assertThat(RawHttp.get(fleet.routerUrl().getPort(), "/cart/x", "Host: shop.example.com"))
                .contains("200 OK", "This is function shop version 1");
    }

    @Test
    void aRequestThatIsTooLarge() throws IOException {
        int port = fleet.routerUrl().getPort();
        assertThat(
                        RawHttp.get(
                                port,
                                "/",
                                "Host: hello.localhost",
                                "X-Large: " + "x".repeat(70_000)))
                .contains(" 431 ", "request-too-large", "65536");
        assertThat(RawHttp.get(port, "/" + "x".repeat(9_000), "Host: hello.localhost"))
                .contains(" 414 ", "request-too-large", "8192");
        String tooLong = Long.toString(200L << 20);
        String head =
                String.join(
                        "\r\n",
                        "POST / HTTP/1.1",
                        "Host: hello.localhost",
                        "Connection: close",
                        "Content-Length: " + tooLong,
                        "",
                        "");
        assertThat(RawHttp.send(port, head + "abc"))
                .contains(" 413 ", "request-too-large", tooLong);
    }
}
