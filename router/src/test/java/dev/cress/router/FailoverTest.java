package dev.cress.router;

import static dev.cress.router.House.eventually;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.CressHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/// What a client sees of a node's trouble: as little as can be.
class FailoverTest {
    private static final String BODY = "x".repeat(300_000);

    private final House house;
    private final FakeNode near;
    private final FakeNode far;

    FailoverTest(@TempDir Path data) {
        house = new House(data);
        near = house.frankfurt();
        far = house.ashburn();
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    @Test
    void aNodeThatIsGoneIsInvisible() {
        house.open();
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
        near.close();
        for (int i = 0; i < 5; i++) {
            assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
        }
    }

    @Test
    void aNodeThatCrashesUnderManyRequestsIsInvisible() {
        house.open();
        near.behaviour = FakeNode::crash;
        var answers =
                IntStream.range(0, 200)
                        .mapToObj(
                                _ ->
                                        house.http.sendAsync(
                                                house.request("/")
                                                        .header("x-forwarded-for", House.GERMAN)
                                                        .build(),
                                                BodyHandlers.ofString()))
                        .toList();
        assertThat(answers)
                .extracting(CompletableFuture::join)
                .allMatch(response -> response.statusCode() == 200);
    }

    @Test
    void aNodeThatDroppedARequestIsSetAside() {
        house.open();
        near.behaviour = FakeNode::crash;
        house.get("/", House.GERMAN);
        eventually().until(() -> house.health().contains("\"ready\":1"));
        near.behaviour = near::echo;
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
    }

    @Test
    void aNodeThatAnswersTwoChecksIsBack() {
        // nothing but checks brings it back
        var health =
                new RouterConfig.Health(
                        Duration.ofMillis(40), Duration.ofSeconds(5), Duration.ofMinutes(10));
        house.open(house.config().withHealth(health));
        near.behaviour = FakeNode::crash;
        assertThat(house.get("/", House.GERMAN).statusCode()).isEqualTo(200);
        near.behaviour = near::echo;
        eventually().untilAsserted(() -> assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra"));
    }

    @Test
    void aPostToANodeThatIsGoneIsRetriedWithItsWholeBody() {
        house.open();
        near.close();
        var response = house.post("/", House.GERMAN, BODY);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(BODY);
        assertThat(House.header(response, "x-cress-node")).isEqualTo("iad");
    }

    @Test
    void aChunkedPostToANodeThatIsGoneIsRetriedWithItsWholeBody() {
        house.open();
        near.close();
        var response =
                house.send(
                        house.request("/")
                                .header("x-forwarded-for", House.GERMAN)
                                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(BODY))));
        assertThat(response.body()).isEqualTo(BODY);
    }

    @Test
    void aPostWhoseConnectionDiedAfterItWasSentIsNotRepeated() {
        house.open();
        near.behaviour = FakeNode::crash;
        var response = house.post("/", House.GERMAN, "pay 5");
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body())
                .contains("\"code\":\"no-node\"")
                .contains("node fra closed the connection before it answered");
        assertThat(far.seen).isEmpty();
    }

    @Test
    void aPutWithASmallBodyWhoseConnectionDiedIsRepeated() {
        house.open();
        near.behaviour = FakeNode::crash;
        var response =
                house.send(
                        house.request("/")
                                .header("x-forwarded-for", House.GERMAN)
                                .PUT(BodyPublishers.ofString("all of it")));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("all of it");
    }

    @Test
    void aPutWhoseLargeBodyWasSentIsNotRepeatedWithoutIt() {
        house.open();
        near.behaviour = request -> request.handler(_ -> FakeNode.crash(request));
        var response =
                house.send(
                        house.request("/")
                                .header("x-forwarded-for", House.GERMAN)
                                .PUT(BodyPublishers.ofString(BODY)));
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(far.seen).isEmpty();
    }

    @Test
    void anOverloadedNodePassesOnceToTheNext() {
        FakeNode third = house.node("sfo", 37.6, -122.4);
        house.open();
        near.behaviour = request -> FakeNode.refuse(request, "overloaded");
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
        assertThat(house.post("/", House.GERMAN, "small").statusCode()).isEqualTo(200);
        far.behaviour = near.behaviour;
        var response = house.get("/", House.GERMAN);
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(House.header(response, "x-cress-error")).isEqualTo("overloaded");
        assertThat(House.header(response, "retry-after")).isEqualTo("1");
        assertThat(third.seen).isEmpty();
    }

    @Test
    void anOverloadedNodesAnswerToALargeBodyIsPassedOn() {
        house.open();
        near.behaviour =
                request -> request.body().onSuccess(_ -> FakeNode.refuse(request, "overloaded"));
        assertThat(house.post("/", House.GERMAN, BODY).statusCode()).isEqualTo(503);
        assertThat(far.seen).isEmpty();
    }

    @Test
    void aNodeThatSaysUnavailableIsNotAskedAgainSoon() {
        house.open();
        near.behaviour = request -> FakeNode.refuse(request, "unavailable");
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
        eventually().until(() -> house.health().contains("\"ready\":1"));
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
        assertThat(near.seen).hasSize(1);
    }

    @Test
    void aGuestsOwn503IsItsAnswer() {
        house.open();
        near.behaviour = request -> request.response().setStatusCode(503).end("busy, says I");
        var response = house.get("/", House.GERMAN);
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).isEqualTo("busy, says I");
        assertThat(far.seen).isEmpty();
    }

    @Test
    void whenEverythingIsDeadAllAreTriedAndTheClientHearsSo() {
        house.open();
        near.close();
        far.close();
        for (int i = 0; i < 3; i++) {
            var response = house.get("/", House.GERMAN);
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(House.header(response, "content-type"))
                    .isEqualTo("application/problem+json");
            assertThat(House.header(response, "x-cress-error")).isEqualTo("no-node");
            assertThat(House.header(response, "proxy-status"))
                    .isEqualTo("cress-router; error=destination_unavailable");
            assertThat(response.body())
                    .contains("2 of 2 nodes tried")
                    .contains(House.header(response, CressHeader.REQUEST_ID.text()));
        }
    }

    @Test
    void aFleetThatOnlyLooksDeadIsServedFrom() {
        house.open();
        near.behaviour = FakeNode::crash;
        far.behaviour = FakeNode::crash;
        assertThat(house.get("/", House.GERMAN).statusCode()).isEqualTo(502);
        eventually().until(() -> house.health().contains("\"ready\":0"));
        near.behaviour = near::echo;
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
    }

    @Test
    void retriesStopWhenTheBudgetIsSpent() {
        house.open(house.config().withRetries(new RouterConfig.Retries(0, 0)));
        near.close();
        assertThat(house.get("/", House.GERMAN).statusCode()).isEqualTo(502);
        assertThat(house.admin("/metrics")).contains("cress_router_retries_denied_total 1.0");
    }

    @Test
    void aNodeThatIsSilentIsGivenUpInTime() {
        var limits = RouterConfig.Upstream.DEFAULT;
        house.open(
                house.config()
                        .withUpstream(
                                new RouterConfig.Upstream(
                                        limits.connectionsPerNodeMax(),
                                        limits.waitingPerNodeMax(),
                                        limits.waitTimeout(),
                                        limits.connectTimeout(),
                                        Duration.ofMillis(200),
                                        limits.attemptsMax(),
                                        limits.replayBodyBytesMax())));
        near.behaviour = _ -> {};
        var response = house.get("/", House.GERMAN);
        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.body()).contains("node fra did not answer in 200 ms");
        assertThat(far.seen).isEmpty();
    }

    @Test
    void aNodeWhoseConnectionsAreAllInUseIsPassedBy() {
        var limits = RouterConfig.Upstream.DEFAULT;
        house.open(
                house.config()
                        .withEventLoops(1)
                        .withUpstream(
                                new RouterConfig.Upstream(
                                        1,
                                        1,
                                        Duration.ofMillis(100),
                                        limits.connectTimeout(),
                                        limits.responseHeadTimeout(),
                                        1,
                                        limits.replayBodyBytesMax())));
        // a first request may wait too long for its connection
        eventually().until(() -> house.get("/", House.GERMAN).statusCode() == 200);
        near.seen.clear();
        near.behaviour = _ -> {};
        try (var first = new RawHttp(house.router().port());
                var second = new RawHttp(house.router().port())) {
            String request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 193.99.144.80\r\n\r\n";
            first.sendText(request);
            eventually().until(() -> near.seen.size() == 1);
            second.sendText(request);
            String answer = second.readUntil("}");
            assertThat(answer)
                    .startsWith("HTTP/1.1 503")
                    .contains("retry-after: 1")
                    .contains("x-cress-error: overloaded")
                    .contains("all 1 connections to node fra are in use");
        }
    }
}
