package dev.cress.node.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;
import dev.cress.contract.Warmup;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class RouteTableTest {
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    RunLimits.MIB,
                    1_024,
                    1_024,
                    1_024);

    private static final GuestThreads THREADS = new GuestThreads("test", 1, 1);
    private static Sha256 sha256;
    private static Isolates isolates;

    @BeforeAll
    static void prepare() throws IOException, RefusedModuleException {
        byte[] module =
                Files.readAllBytes(
                        Path.of(System.getProperty("cress.root"), "examples/hello/hello.wasm"));
        sha256 = Sha256.of(module);
        try (var host = WasmHost.withHalfTheHeap()) {
            isolates = host.isolates(host.prepare(module, "auto"));
        }
    }

    @AfterAll
    static void close() {
        THREADS.close();
    }

    private static ServedVersion version(int number, String... routes) {
        List<Route> declared =
                Arrays.stream(routes)
                        .map(
                                route -> {
                                    int slash = route.indexOf('/');
                                    return new Route(
                                            route.substring(0, slash), route.substring(slash));
                                })
                        .toList();
        var manifest = new Manifest("auto", declared, Limits.DEFAULT, Map.of(), Warmup.DEFAULT);
        return new ServedVersion(new Version(number, sha256, 1, manifest, 0), isolates, LIMITS);
    }

    private static ServedFunction function(
            String name, List<Share> shares, ServedVersion... staged) {
        Map<Integer, ServedVersion> byNumber = new HashMap<>();
        for (ServedVersion version : staged) {
            byNumber.put(version.version().number(), version);
        }
        var functionName = new FunctionName(name);
        var activity =
                new FunctionActivity(
                        functionName, THREADS.lane(TenantName.DEFAULT), new SimpleMeterRegistry());
        return new ServedFunction(functionName, activity, 1, shares, byNumber);
    }

    private static ServedFunction function(String name, String... routes) {
        return function(name, List.of(new Share(1, Share.ALL)), version(1, routes));
    }

    private static RouteTable table(ServedFunction... functions) {
        return new RouteTable("localhost", List.of(functions));
    }

    /// The function that answers, or `nobody`.
    private static String answers(RouteTable table, String host, String path) {
        return table.find(host, path)
                .map(match -> match.function().name().value())
                .orElse("nobody");
    }

    @ParameterizedTest
    @CsvSource({
        "hello.localhost, hello",
        "other.localhost, nobody",
        "localhost, nobody",
        "x.hello.localhost, nobody",
        "hello.localhost.example.com, nobody",
        "hellolocalhost, nobody",
        "hello.example.com, nobody",
        "hello, nobody"
    })
    void aFunctionAnswersAtItsNameBelowTheDomain(String host, String answering) {
        assertThat(answers(table(function("hello")), host, "/any/path")).isEqualTo(answering);
    }

    @ParameterizedTest
    @CsvSource({
        "shop.localhost, shop",
        "shop.acme.localhost, shop.acme",
        "shop.zeta.localhost, nobody",
        "v1--shop.acme.localhost, shop.acme",
        "v2--shop.acme.localhost, nobody",
        "shop.default.localhost, nobody",
        "acme.localhost, nobody"
    })
    void aTenantsFunctionAnswersBelowItsTenant(String host, String answering) {
        RouteTable table = table(function("shop"), function("shop.acme"));
        assertThat(answers(table, host, "/")).isEqualTo(answering);
    }

    @ParameterizedTest
    @CsvSource({
        "shop.localhost, shop",
        "shop.acme.localhost, shop.acme",
        "front.acme.localhost, front.acme",
        "new.acme.localhost, front.acme",
        "new.localhost, nobody",
        "www.example.com, thief.zeta"
    })
    void noTenantTakesAHostBelowTheDomainThatIsAnothers(String host, String answering) {
        RouteTable table =
                table(
                        function("shop"),
                        function("shop.acme"),
                        function("front.acme", "*.acme.localhost/*"),
                        function(
                                "thief.zeta",
                                "shop.localhost/*",
                                "shop.acme.localhost/*",
                                "new.acme.localhost/*",
                                "*.localhost/*",
                                "new.localhost/*",
                                "www.example.com/*"));
        assertThat(answers(table, host, "/")).isEqualTo(answering);
    }

    /// `default` may declare hosts of any depth, but none takes another's own.
    @Test
    void theDefaultTenantsRouteTakesNoOtherTenantsOwnHost() {
        RouteTable table =
                table(
                        function("shop.acme"),
                        function("any", "shop.acme.localhost/*", "a.b.localhost/*"));
        assertThat(answers(table, "shop.acme.localhost", "/")).isEqualTo("shop.acme");
        assertThat(answers(table, "a.b.localhost", "/")).isEqualTo("any");
    }

    @Test
    void anExactHostComesBeforeAWildcard() {
        RouteTable table =
                table(function("exact", "www.example.com/*"), function("any", "*.example.com/*"));
        assertThat(answers(table, "www.example.com", "/")).isEqualTo("exact");
        assertThat(answers(table, "api.example.com", "/")).isEqualTo("any");
    }

    @Test
    void aWildcardStandsForOneLabel() {
        RouteTable table = table(function("any", "*.example.com/*"));
        assertThat(answers(table, "a.example.com", "/")).isEqualTo("any");
        assertThat(answers(table, "a.b.example.com", "/")).isEqualTo("nobody");
        assertThat(answers(table, "example.com", "/")).isEqualTo("nobody");
    }

    @ParameterizedTest
    @CsvSource({
        "/, root",
        "/z, root",
        "/a, below-a",
        "/a/, below-a",
        "/a/x, below-a",
        "/a/b, exact-ab",
        "/a/b/, below-ab",
        "/a/b/c/d/e/f, below-ab",
        "/ab, root",
        "/a/bc, below-a"
    })
    void theLongestPathWins(String path, String answering) {
        RouteTable table =
                table(
                        function("root", "h.example.com/*"),
                        function("below-a", "h.example.com/a/*"),
                        function("exact-ab", "h.example.com/a/b"),
                        function("below-ab", "h.example.com/a/b/*"));
        assertThat(answers(table, "h.example.com", path)).isEqualTo(answering);
    }

    @ParameterizedTest
    @CsvSource({"/x, f", "/x/, nobody", "/x/y, nobody", "/xy, nobody", "/, nobody", "/X, nobody"})
    void aPathWithoutAWildcardIsExactlyThatPath(String path, String answering) {
        RouteTable table = table(function("f", "h.example.com/x"));
        assertThat(answers(table, "h.example.com", path)).isEqualTo(answering);
    }

    @ParameterizedTest
    @CsvSource({"/x, f", "/x/, f", "/x/y/z, f", "/xy, nobody", "/, nobody", "/y/x, nobody"})
    void aWildcardPathTakesWholeSegments(String path, String answering) {
        RouteTable table = table(function("f", "h.example.com/x/*"));
        assertThat(answers(table, "h.example.com", path)).isEqualTo(answering);
    }

    @Test
    void saysWhichPartOfThePathTheRouteFixes() {
        RouteTable table = table(function("f", "h.example.com/x/*", "h.example.com/y"));
        assertThat(table.find("h.example.com", "/x/y").orElseThrow().prefix()).isEqualTo("/x");
        assertThat(table.find("h.example.com", "/y").orElseThrow().prefix()).isEqualTo("/y");
        assertThat(table.find("f.localhost", "/y").orElseThrow().prefix()).isEmpty();
    }

    @Test
    void findsAShortRouteUnderAVeryLongPath() {
        RouteTable table = table(function("f", "h.example.com/x/*"));
        assertThat(answers(table, "h.example.com", "/x" + "/y".repeat(4_000))).isEqualTo("f");
        assertThat(answers(table, "h.example.com", "/y".repeat(4_000))).isEqualTo("nobody");
    }

    @Test
    void aPreviewIsOneStagedVersionWithAllOfTheTraffic() {
        RouteTable table =
                table(function("f", List.of(new Share(1, Share.ALL)), version(1), version(2)));
        assertThat(table.find("v2--f.localhost", "/").orElseThrow().shares())
                .containsExactly(new Share(2, Share.ALL));
        assertThat(table.find("f.localhost", "/").orElseThrow().shares())
                .containsExactly(new Share(1, Share.ALL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3--f", "v0--f", "v02--f", "2--f", "v--f", "v9999999999--f", "v2-f"})
    void thereIsNoPreviewOfWhatIsNotStaged(String label) {
        RouteTable table = table(function("f", List.of(new Share(1, Share.ALL)), version(2)));
        assertThat(answers(table, label + ".localhost", "/")).isEqualTo("nobody");
    }

    @Test
    void aRouteIsServedByTheLiveVersionsThatDeclareIt() {
        List<Share> shares = List.of(new Share(2, 1_000), new Share(1, 9_000));
        RouteTable table =
                table(
                        function(
                                "f",
                                shares,
                                version(1, "h.example.com/both"),
                                version(2, "h.example.com/both", "h.example.com/new"),
                                version(3, "h.example.com/staged-only")));
        assertThat(table.find("h.example.com", "/both").orElseThrow().shares()).isEqualTo(shares);
        assertThat(table.find("h.example.com", "/new").orElseThrow().shares())
                .containsExactly(new Share(2, 1_000));
        assertThat(answers(table, "h.example.com", "/staged-only")).isEqualTo("nobody");
    }

    @Test
    void aFunctionThatIsNotReadyIsFoundWithoutShares() {
        RouteTable table = table(function("f", List.of()));
        assertThat(table.find("f.localhost", "/").orElseThrow().shares()).isEmpty();
    }
}
