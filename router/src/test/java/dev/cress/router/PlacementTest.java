package dev.cress.router;

import static dev.cress.router.House.AMERICAN;
import static dev.cress.router.House.GERMAN;
import static dev.cress.router.House.eventually;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Placements;
import dev.cress.contract.ControlFrame.Placements.Placed;
import dev.cress.contract.CressHeader;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Route;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Requests for functions that aren't everywhere go where these are.
class PlacementTest {
    private final House house;
    private final FakeNode fra;
    private final FakeNode iad;

    PlacementTest(@TempDir Path data) {
        house = new House(data);
        fra = house.frankfurt();
        iad = house.ashburn();
    }

    @BeforeEach
    void open() {
        house.open();
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    private static Placed placed(String function, String region, Route... routes) {
        return new Placed(new FunctionName(function), List.of(routes), List.of(region));
    }

    private void say(Placed... functions) {
        house.control.say(Json.write(new Placements(List.of(functions))));
    }

    /// Who answers a request for this path: the test's clients ask for 127.0.0.1 and can't say
    /// another host, so routes are of that.
    private String nodeFor(String path, String from) {
        return House.header(house.get(path, from), CressHeader.NODE.text());
    }

    private static Route route(String path) {
        return new Route("127.0.0.1", path);
    }

    @Test
    void aRequestGoesToTheNearestNodeOfThePlacement() {
        say(placed("only", "fra", route("/only/*")));
        eventually().until(() -> nodeFor("/only/x?y", AMERICAN).equals("fra"));
        iad.seen.clear();
        assertThat(nodeFor("/only", AMERICAN)).isEqualTo("fra");
        assertThat(nodeFor("/%6fnly/../only/x", AMERICAN)).isEqualTo("fra");
        assertThat(nodeFor("/onlyx", AMERICAN)).isEqualTo("iad");
        assertThat(nodeFor("/", AMERICAN)).isEqualTo("iad");
        assertThat(iad.seen).noneMatch(seen -> seen.uri().startsWith("/only/"));
        say();
        eventually().until(() -> nodeFor("/only/x", AMERICAN).equals("iad"));
    }

    @Test
    void noNodeOfThePlacementIsSaid() {
        say(placed("only", "syd", route("/only")));
        eventually().until(() -> house.get("/only", GERMAN).statusCode() == 502);
        var answer = house.get("/only", GERMAN);
        assertThat(House.header(answer, CressHeader.ERROR.text())).isEqualTo("no-node");
        assertThat(answer.body()).contains("only is placed in syd, and the router knows of no");
    }

    private void refuses(FakeNode node, String regions) {
        node.behaviour =
                request -> {
                    request.response()
                            .putHeader(CressHeader.FUNCTION.text(), "only")
                            .putHeader(CressHeader.REGIONS.text(), regions);
                    FakeNode.refuse(request, "unavailable");
                };
    }

    @Test
    void aNodeThatHasNotWhatIsAskedForNamesWhoHas() {
        var syd = house.node("syd", -33.9, 151.2);
        house.publishAll();
        house.knows(3);
        refuses(iad, "syd");
        for (int i = 0; i < 5; i++) {
            var answer = house.get("/only", AMERICAN);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(House.header(answer, CressHeader.NODE.text())).isEqualTo("syd");
            assertThat(House.header(answer, CressHeader.REGIONS.text())).isEmpty();
        }
        assertThat(syd.seen).hasSize(5);
        assertThat(fra.seen).isEmpty();
        assertThat(house.health()).contains("\"ready\":3");
        assertThat(house.admin("/metrics")).contains("cress_router_retries_total 0.0");
    }

    @Test
    void nodesThatNameEachOtherAreAskedOnceEach() {
        refuses(iad, "fra");
        refuses(fra, "iad");
        var answer = house.get("/only", AMERICAN);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(House.header(answer, CressHeader.REGIONS.text())).isEmpty();
        assertThat(iad.seen).hasSize(1);
        assertThat(fra.seen).hasSize(1);
    }

    @Test
    void regionsWithoutNodesAreNoRegionsAndTheNextNodeIsAsked() {
        String many =
                Arrays.stream(new int[5_000]).mapToObj(_ -> "x").collect(Collectors.joining(","));
        refuses(iad, many);
        assertThat(nodeFor("/only", AMERICAN)).isEqualTo("fra");
    }

    @Test
    void placementsAreKnownAfterAStartWithoutAControlPlane() {
        say(placed("only", "fra", route("/only")));
        eventually().until(() -> nodeFor("/only", AMERICAN).equals("fra"));
        Path kept = house.data.resolve("router-directory.json");
        eventually().until(() -> Files.exists(kept) && Files.readString(kept).contains("\"only\""));
        house.closeRouter();
        house.control.close();
        house.restart();
        house.knows(2);
        assertThat(nodeFor("/only", AMERICAN)).isEqualTo("fra");
        assertThat(nodeFor("/", AMERICAN)).isEqualTo("iad");
    }

    private static final PlacedRoutes TABLE =
            new PlacedRoutes(
                    "example.com",
                    new Placements(
                            List.of(
                                    placed("shop", "fra"),
                                    placed("shop.acme", "iad"),
                                    placed("any", "sin", new Route("*.shops.test", "/*")),
                                    placed(
                                            "thief.zeta",
                                            "gru",
                                            new Route("shop.example.com", "/*")),
                                    new Placed(
                                            new FunctionName("exact"),
                                            List.of(new Route("one.shops.test", "/all/*")),
                                            List.of()))));

    @ParameterizedTest
    @CsvSource({
        "shop.example.com, /, fra",
        "SHOP.example.com.:8080, /x?y=z, fra",
        "v7--shop.example.com, /, fra",
        "shop.acme.example.com, /, iad",
        "two.shops.test, /all/x, sin",
        "one.shops.test, /all/x, everywhere",
        "one.shops.test, /other, everywhere",
        "other.example.com, /, everywhere",
        "[::1]:8080, /, everywhere",
        "shop.example.com, *, everywhere",
        "shop.example.com, /%zz, everywhere"
    })
    void aHostAndPathAreFoundAsNodesFindThem(String host, String target, String region) {
        assertThat(
                        TABLE.find(host, target)
                                .map(placed -> String.join(" ", placed.regions()))
                                .orElse("everywhere"))
                .isEqualTo(region);
    }
}
