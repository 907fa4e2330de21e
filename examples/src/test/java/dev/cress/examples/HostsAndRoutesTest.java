package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Json;
import dev.cress.contract.Problem;
import dev.cress.examples.Call.Answer;
import dev.cress.examples.TestFleet.Ran;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which function answers a host and a path, and what it sees of them. The guest answers its
/// environment.
@FleetTest
final class HostsAndRoutesTest {
    private final TestFleet fleet;

    HostsAndRoutesTest(TestFleet fleet) {
        this.fleet = fleet;
        deploy("shop", route("shop.test", "/*") + route("*.example.com", "/*"));
        deploy("api", route("shop.test", "/api/*") + route("www.example.com", "/*"));
        deploy("orders", route("shop.test", "/api/orders/*") + route("shop.test", "/api/exact"));
    }

    private static String route(String host, String path) {
        return "[[route]]\nhost = \"%s\"\npath = \"%s\"\n".formatted(host, path);
    }

    private void deploy(String name, String routes) {
        fleet.cressOk("deploy", fleet.manifest(name, TestFleet.environmentModule(), routes));
    }

    /// A variable's value as the guest sees it.
    private static String variable(Answer answer, String name) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.text()
                .lines()
                .filter(line -> line.startsWith(name + "="))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1);
    }

    private void isNoRoute(Call call, String path) {
        Answer answer = call.get(path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("x-cress-error")).isEqualTo("no-route");
        assertThat(answer.header("content-type")).isEqualTo(Problem.MEDIA_TYPE);
        assertThat(Json.read(answer.text(), Problem.class).code()).isEqualTo("no-route");
    }

    @Test
    void everyFunctionHasItsOwnHostName() {
        Answer answer = fleet.call("shop").get("/a/b?q=1");

        assertThat(variable(answer, "CRESS_FUNCTION")).isEqualTo("shop");
        assertThat(variable(answer, "SERVER_NAME")).isEqualTo("shop.localhost");
        assertThat(variable(answer, "SCRIPT_NAME")).isEmpty();
        assertThat(variable(answer, "PATH_INFO")).isEqualTo("/a/b");
        assertThat(variable(answer, "QUERY_STRING")).isEqualTo("q=1");
        assertThat(variable(answer, "X_FULL_URL")).isEqualTo("http://shop.localhost/a/b?q=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHOP.localhost", "shop.localhost.", "shop.localhost:8080"})
    void aHostNameMayBeWrittenInOtherWays(String host) {
        assertThat(variable(fleet.callHost(host).get("/"), "CRESS_FUNCTION")).isEqualTo("shop");
    }

    @ParameterizedTest
    @CsvSource({
        "/, shop, '', /",
        "/apis, shop, '', /apis",
        "/api, api, /api, ''",
        "/api/, api, /api, /",
        "/api/x/y, api, /api, /x/y",
        "/api/exact, orders, /api/exact, ''",
        "/api/exact/, api, /api, /exact/",
        "/api/orders, orders, /api/orders, ''",
        "/api/orders/7, orders, /api/orders, /7",
        "/api/orders7, api, /api, /orders7",
    })
    void theLongestPathWins(String path, String function, String script, String info) {
        Answer answer = fleet.callHost("shop.test").get(path);

        assertThat(variable(answer, "CRESS_FUNCTION")).isEqualTo(function);
        assertThat(variable(answer, "SCRIPT_NAME")).isEqualTo(script);
        assertThat(variable(answer, "PATH_INFO")).isEqualTo(info);
    }

    @ParameterizedTest
    @CsvSource({
        "/%61pi/x, api, /x",
        "/api/%7Ex, api, /~x",
        "/api/./x, api, /x",
        "/api/orders/../x, api, /x",
        "/api/orders/%2E%2e/x, api, /x",
        "/../../api/x, api, /x",
        "/api/x/.., api, /",
        "/api%2Forders, shop, /api/orders",
        "/api/a%2Fb%20c, api, /a/b c",
        "/api/%C3%BC, api, /ü",
    })
    void aPathIsMatchedInItsNormalForm(String path, String function, String info) {
        Answer answer = fleet.callHost("shop.test").get(path);

        assertThat(variable(answer, "CRESS_FUNCTION")).isEqualTo(function);
        assertThat(variable(answer, "PATH_INFO")).isEqualTo(info);
    }

    @Test
    void aPathWithABrokenEscapeIsRefused() {
        assertThat(fleet.callHost("shop.test").getRaw("/api/%zz"))
                .startsWith("HTTP/1.1 400 ")
                .contains("bad-request");
    }

    @Test
    void aWildcardHostIsOneLabelMore() {
        Answer answer = fleet.callHost("any.example.com").get("/x");

        assertThat(variable(answer, "CRESS_FUNCTION")).isEqualTo("shop");
        isNoRoute(fleet.callHost("example.com"), "/");
        isNoRoute(fleet.callHost("a.b.example.com"), "/");
    }

    @Test
    void anExactHostWinsOverAWildcard() {
        Answer answer = fleet.callHost("www.example.com").get("/x");

        assertThat(variable(answer, "CRESS_FUNCTION")).isEqualTo("api");
    }

    @Test
    void nobodyAnswersAnUnknownHost() {
        isNoRoute(fleet.call("nobody"), "/");
        isNoRoute(fleet.callHost("nobody.test"), "/x");
    }

    @Test
    void aRouteIsTakenOnlyOnce() {
        Ran second =
                fleet.cress(
                        "deploy",
                        fleet.manifest(
                                "thief",
                                TestFleet.environmentModule(),
                                route("shop.test", "/api/*")));

        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err()).contains("shop.test/api/*").contains("held by function api");
        assertThat(variable(fleet.callHost("shop.test").get("/api/x"), "CRESS_FUNCTION"))
                .isEqualTo("api");
        isNoRoute(fleet.call("thief"), "/");
    }

    @Test
    void everyVersionHasAPreview() {
        deploy("previewed", "[capabilities]\nconfig = { COLOUR = \"red\" }\n");
        deploy("previewed", "[capabilities]\nconfig = { COLOUR = \"blue\" }\n");

        Answer first = fleet.call("v1--previewed").get("/");
        Answer second = fleet.call("v2--previewed").get("/");

        assertThat(first.header("x-cress-version")).isEqualTo("1");
        assertThat(variable(first, "COLOUR")).isEqualTo("red");
        assertThat(second.header("x-cress-version")).isEqualTo("2");
        assertThat(variable(second, "COLOUR")).isEqualTo("blue");
        assertThat(variable(fleet.call("previewed").get("/"), "COLOUR")).isEqualTo("blue");
        isNoRoute(fleet.call("v3--previewed"), "/");
        isNoRoute(fleet.call("v01--previewed"), "/");
    }

    @Test
    void aGuestSeesTheClientsAddress() {
        Answer far = fleet.call("shop").from(TestFleet.IN_GERMANY).get("/");
        Answer near = fleet.call("shop").get("/");

        assertThat(variable(far, "REMOTE_ADDR")).isEqualTo(TestFleet.IN_GERMANY);
        assertThat(variable(far, "CRESS_CLIENT_COUNTRY")).isEqualTo("DE");
        assertThat(variable(near, "REMOTE_ADDR")).isEqualTo("127.0.0.1");
        assertThat(near.text()).doesNotContain("CRESS_CLIENT_COUNTRY=");
    }

    @Test
    void aGuestSeesNothingOfWhatRouterAndNodeTellEachOther() {
        Answer answer =
                fleet.call("shop")
                        .header("x-cress-client-country", "FR")
                        .header("x-cress-router-key", "guessed")
                        .header("proxy", "http://evil.test")
                        .get("/");

        assertThat(answer.text())
                .doesNotContain("HTTP_X_CRESS")
                .doesNotContain("HTTP_PROXY=")
                .doesNotContain("CRESS_CLIENT_COUNTRY=FR");
        assertThat(answer.response().headers().map()).doesNotContainKey("x-cress-function");
    }
}
