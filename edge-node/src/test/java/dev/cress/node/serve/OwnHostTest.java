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
import dev.cress.wasm.guest.RunLimits;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A function's own host among the routes that others declare on the same domain.
class OwnHostTest {
    private static final WasmHost HOST = WasmHost.withHalfTheHeap();
    private static final GuestThreads THREADS = new GuestThreads("test", 1, 1);
    private static Isolates isolates;

    @BeforeAll
    static void prepare() throws Exception {
        Path example = Path.of(System.getProperty("cress.root"), "examples", "hello", "hello.wasm");
        isolates = HOST.isolates(HOST.prepare(Files.readAllBytes(example), "auto"));
    }

    @AfterAll
    static void close() {
        THREADS.close();
        HOST.close();
    }

    private final RouteTable table =
            new RouteTable(
                    "example.com",
                    List.of(
                            function("shop"),
                            function("greedy", new Route("*.example.com", "/*")),
                            function("partner", new Route("shop.example.com", "/partner/*"))));

    private static ServedFunction function(String name, Route... routes) {
        var function = new FunctionName(name);
        var manifest =
                new Manifest("auto", List.of(routes), Limits.DEFAULT, Map.of(), Warmup.DEFAULT);
        var version = new Version(1, Sha256.of(new byte[0]), 0, manifest, 0);
        return new ServedFunction(
                function,
                new FunctionActivity(
                        function, THREADS.lane(TenantName.DEFAULT), new SimpleMeterRegistry()),
                1,
                List.of(new Share(1, Share.ALL)),
                Map.of(1, new ServedVersion(version, isolates, RunLimits.DEFAULT)));
    }

    private Stream<String> at(String host, String path) {
        return table.find(host, path).map(match -> match.function().name().value()).stream();
    }

    @Test
    void isItsOwnWhateverWildcardOthersDeclare() {
        assertThat(at("shop.example.com", "/")).containsExactly("shop");
        assertThat(at("v1--shop.example.com", "/")).containsExactly("shop");
        assertThat(at("v2--shop.example.com", "/")).as("a version that isn't here yet").isEmpty();
    }

    @Test
    void givesWayToARouteOfExactlyThisHost() {
        assertThat(at("shop.example.com", "/partner/x")).containsExactly("partner");
        assertThat(at("shop.example.com", "/partners")).containsExactly("shop");
    }

    @Test
    void leavesTheRestOfTheDomainToTheWildcard() {
        assertThat(at("nobody.example.com", "/")).containsExactly("greedy");
        assertThat(at("v1--nobody.example.com", "/")).containsExactly("greedy");
        assertThat(at("example.com", "/")).isEmpty();
    }
}
