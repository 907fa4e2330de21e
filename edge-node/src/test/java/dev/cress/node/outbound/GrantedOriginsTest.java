package dev.cress.node.outbound;

import static dev.cress.node.outbound.OutboundHouse.ask;
import static dev.cress.node.outbound.OutboundHouse.get;
import static dev.cress.node.outbound.OutboundHouse.text;
import static dev.cress.node.outbound.OutboundHouse.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.node.config.OutboundConfig;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Where a guest gets, and where it doesn't.
class GrantedOriginsTest {
    private static final List<String> ANYWHERE = List.of("http://*");

    private final List<OutboundHouse> houses = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();

    private OutboundHouse house(OutboundConfig config, Names names, String... reserved) {
        var house =
                new OutboundHouse(
                        config, names, Arrays.stream(reserved).map(URI::create).toList(), 0);
        houses.add(house);
        return house;
    }

    private OutboundHouse house(OutboundConfig config) {
        var house = new OutboundHouse(config);
        houses.add(house);
        return house;
    }

    private HttpServer counting(OutboundHouse house) {
        return house.serve(
                http -> {
                    asked.incrementAndGet();
                    http.response().end("reached as " + http.getHeader("host"));
                });
    }

    private static Names at(String... addresses) {
        return _ ->
                Future.succeededFuture(
                        Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
    }

    @AfterEach
    void close() {
        houses.forEach(OutboundHouse::close);
    }

    private static void fails(Reason reason, String why, ThrowingCallable what) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        OutboundException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(why);
    }

    @Test
    void whatTheManifestDoesNotListIsDeniedAndNotedOncePerOrigin() {
        var house = house(OutboundHouse.LOOPBACK);
        HttpServer server = counting(house);
        String url = url(server, "/secret/path");
        RunOutbound run = house.run(List.of("http://other.example", "https://127.0.0.1"));
        for (int i = 0; i < 3; i++) {
            fails(Reason.DENIED, "capabilities.outbound", () -> run.begin(get(url)));
        }
        fails(Reason.DENIED, "ftp.example", () -> run.begin(get("http://ftp.example/")));
        assertThat(house.notes)
                .containsExactly(
                        "outbound denied: the manifest does not grant %s: capabilities.outbound"
                                .formatted(url(server, "")),
                        "outbound denied: the manifest does not grant http://ftp.example:"
                                + " capabilities.outbound");
        assertThat(house.outcomes).containsOnly("denied").hasSize(4);
        assertThat(asked).hasValue(0);
    }

    @Test
    void aWildcardGrantsNamesBelowItOnTheSamePort() throws Exception {
        var house = house(OutboundHouse.LOOPBACK, at("127.0.0.1"));
        HttpServer server = counting(house);
        int port = server.actualPort();
        RunOutbound run = house.run(List.of("http://*.example.com:" + port));
        assertThat(text(ask(run, get("http://a.b.example.com:%d/".formatted(port)))))
                .isEqualTo("reached as a.b.example.com:" + port);
        fails(
                Reason.DENIED,
                "does not grant http://example.com:" + port,
                () -> run.begin(get("http://example.com:%d/".formatted(port))));
        fails(
                Reason.DENIED,
                "does not grant http://evilexample.com:" + port,
                () -> run.begin(get("http://evilexample.com:%d/".formatted(port))));
        fails(
                Reason.DENIED,
                "does not grant http://a.example.com",
                () -> run.begin(get("http://a.example.com/")));
    }

    @Test
    void aNameThatIsThisMachineIsDeniedAlthoughItIsGranted() throws Exception {
        var house = house(OutboundConfig.DEFAULT);
        HttpServer server = counting(house);
        RunOutbound run = house.run(List.of("http://*:" + server.actualPort()));
        for (String host : List.of("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]")) {
            var call = ask(run, get("http://%s:%d/".formatted(host, server.actualPort())));
            fails(Reason.DENIED, "an address that no guest may reach", call::response);
        }
        run.close();
        assertThat(house.notes).hasSize(4).allMatch(note -> note.contains("loopback"));
        assertThat(asked).hasValue(0);
    }

    @Test
    void onlyTheAllowedOfANamesAddressesIsUsed() throws Exception {
        var house = house(OutboundHouse.LOOPBACK, at("10.0.0.1", "169.254.169.254", "127.0.0.1"));
        HttpServer server = counting(house);
        RunOutbound run = house.run(List.of("http://*:" + server.actualPort()));
        var call = ask(run, get("http://mixed.example:%d/".formatted(server.actualPort())));
        assertThat(text(call)).startsWith("reached");
    }

    @Test
    void theAddressThatWasCheckedIsTheOneConnectedTo() throws Exception {
        var house =
                house(
                        OutboundHouse.LOOPBACK,
                        _ ->
                                Future.succeededFuture(
                                        List.of(
                                                InetAddress.ofLiteral(
                                                        asked.getAndIncrement() == 0
                                                                ? "127.0.0.1"
                                                                : "169.254.169.254"))));
        HttpServer server = house.serve(http -> http.response().end("here"));
        RunOutbound run = house.run(List.of("http://*:" + server.actualPort()));
        String url = "http://rebinding.example:%d/".formatted(server.actualPort());
        assertThat(text(ask(run, get(url)))).isEqualTo("here");
        assertThat(asked).hasValue(1);
        fails(Reason.DENIED, "link-local", ask(run, get(url))::response);
    }

    @Test
    void theNextAddressIsTriedWhenOneDoesNotAnswer() throws Exception {
        var house = house(OutboundHouse.LOOPBACK, at("127.0.0.2", "127.0.0.1"));
        HttpServer server = counting(house);
        RunOutbound run = house.run(List.of("http://*:" + server.actualPort()));
        var call = ask(run, get("http://two.example:%d/".formatted(server.actualPort())));
        assertThat(text(call)).startsWith("reached");
    }

    @Test
    void theControlPlaneIsDeniedWhateverIsAllowed() throws Exception {
        var other = house(OutboundHouse.LOOPBACK);
        HttpServer control = counting(other);
        String byName = "http://control.example:" + control.actualPort();
        var house = house(OutboundHouse.LOOPBACK, at("127.0.0.1"), byName);
        RunOutbound run = house.run(List.of("http://*:" + control.actualPort()));
        fails(Reason.DENIED, "the fleet's own", ask(run, get(url(control, "/")))::response);
        String again = "http://innocent.example:%d/".formatted(control.actualPort());
        fails(Reason.DENIED, "the fleet's own", ask(run, get(again))::response);
        assertThat(asked).hasValue(0);
    }

    @Test
    void theNodesOwnPortIsDeniedWhateverIsAllowed() throws Exception {
        var other = house(OutboundHouse.LOOPBACK);
        HttpServer own = counting(other);
        var house =
                new OutboundHouse(
                        OutboundHouse.LOOPBACK, at("127.0.0.1"), List.of(), own.actualPort());
        houses.add(house);
        RunOutbound run = house.run(List.of("http://*:" + own.actualPort()));
        fails(Reason.DENIED, "this node's own", ask(run, get(url(own, "/")))::response);
        assertThat(asked).hasValue(0);
    }

    @Test
    void aRedirectIsTheGuestsToFollowAndCheckedAgain() throws Exception {
        var house = house(OutboundHouse.LOOPBACK);
        HttpServer server =
                house.serve(
                        http -> {
                            asked.incrementAndGet();
                            http.response()
                                    .setStatusCode(302)
                                    .putHeader("location", "http://169.254.169.254/latest")
                                    .end();
                        });
        RunOutbound run = house.run(List.of(url(server, ""), "http://169.254.169.254"));
        var call = ask(run, get(url(server, "/")));
        assertThat(call.response().status()).isEqualTo(302);
        assertThat(call.response().headers())
                .anyMatch(h -> h.value().equals("http://169.254.169.254/latest"));
        fails(
                Reason.DENIED,
                "link-local",
                ask(run, get("http://169.254.169.254/latest"))::response);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aNameWithoutAddressIsUnknown() throws Exception {
        var house =
                house(OutboundHouse.LOOPBACK, _ -> Future.failedFuture(new UnknownHostException()));
        RunOutbound run = house.run(ANYWHERE);
        fails(
                Reason.UNKNOWN_HOST,
                "nowhere.example",
                ask(run, get("http://nowhere.example/"))::response);
        await().untilAsserted(() -> assertThat(house.client.admission().underWay()).isZero());
    }
}
