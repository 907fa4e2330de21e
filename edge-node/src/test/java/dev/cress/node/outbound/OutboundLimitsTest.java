package dev.cress.node.outbound;

import static dev.cress.node.outbound.OutboundHouse.LOOPBACK;
import static dev.cress.node.outbound.OutboundHouse.ask;
import static dev.cress.node.outbound.OutboundHouse.get;
import static dev.cress.node.outbound.OutboundHouse.impatient;
import static dev.cress.node.outbound.OutboundHouse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.node.config.OutboundConfig.OutboundLimits;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What every other side may do to a guest, and every guest to another side, ends somewhere.
class OutboundLimitsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final List<AutoCloseable> open = new ArrayList<>();

    private OutboundHouse house(OutboundLimits limits) {
        var house = new OutboundHouse(LOOPBACK.with(limits));
        open.add(house);
        return house;
    }

    private RawServer server(RawServer.Conduct conduct) {
        var server = new RawServer(conduct);
        open.add(server);
        return server;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private static void fails(Reason reason, String why, ThrowingCallable what) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        OutboundException.class,
                        e -> assertThat(e.reason()).as(e.toString()).isEqualTo(reason))
                .hasMessageContaining(why);
    }

    /// Four a run, three at once of a function, two connections, none waits.
    private static OutboundLimits few(Duration kept) {
        return new OutboundLimits(4, 3, 10, 1, 1, 1, 1_000, 1_000, 2_000, LONG, LONG, LONG, kept);
    }

    @Test
    void oneRequestMoreThanARunMaySendIsRefused() throws Exception {
        OutboundHouse house = house(OutboundLimits.DEFAULT);
        RawServer server = server(RawServer.answers(OK + "Content-Length: 0\r\n\r\n"));
        RunOutbound run = house.run(List.of(server.url("")));
        for (int i = 0; i < 32; i++) {
            run.begin(get(server.url("/"))).close();
        }
        fails(Reason.TOO_MANY, "has sent 32", () -> run.begin(get(server.url("/"))));
        house.run(List.of(server.url(""))).begin(get(server.url("/")));
    }

    @Test
    void requestsUnderWayAndThoseThatWaitAreBounded() throws Exception {
        OutboundHouse house = house(few(Duration.ofSeconds(1)));
        RawServer server = server(RawServer::readHead);
        RunOutbound run = house.run(List.of(server.url("")));
        ask(run, get(server.url("/")));
        await().until(() -> server.open() == 1);
        OutboundCall waits = ask(run, get(server.url("/")));
        fails(
                Reason.UNREACHABLE,
                "wait for a connection",
                run.begin(get(server.url("/")))::response);
        assertThat(waits.isDone()).isFalse();
        assertThat(house.client.admission().underWay()).isEqualTo(2);
        RawServer second = server(RawServer::readHead);
        RunOutbound other = house.run(List.of(second.url("")));
        ask(other, get(second.url("/")));
        fails(
                Reason.UNREACHABLE,
                "at most 3 of one function",
                () -> other.begin(get(second.url("/"))));
        run.close();
        other.close();
        await().until(() -> server.open() == 0);
        await().until(() -> house.client.admission().underWay() == 0);
    }

    @Test
    void noMoreConnectionsStayOpenThanAreKept() throws Exception {
        OutboundHouse house = house(few(LONG));
        RawServer.Conduct conduct =
                socket -> {
                    while (!RawServer.readHead(socket).isEmpty()) {
                        RawServer.send(socket, OK + "Content-Length: 0\r\n\r\n");
                    }
                };
        List<RawServer> servers = List.of(server(conduct), server(conduct), server(conduct));
        for (RawServer server : servers) {
            RunOutbound one = house.run(List.of(server.url("")));
            assertThat(text(ask(one, get(server.url("/"))))).isEmpty();
        }
        await().until(() -> house.client.connections().open() == 1);
        assertThat(servers.getFirst().open()).isEqualTo(1);
    }

    @Test
    void aHeadThatTakesTooLongIsGivenUp() throws Exception {
        OutboundHouse house = house(impatient(LONG, SHORT, LONG));
        RawServer server = server(RawServer::readHead);
        OutboundCall call = ask(house.run(List.of(server.url(""))), get(server.url("/")));
        fails(Reason.TIMED_OUT, "did not answer in 100 ms", call::response);
        fails(Reason.TIMED_OUT, "did not answer in 100 ms", call::response);
        await().until(() -> server.open() == 0);
        assertThat(house.outcomes).containsExactly("timed-out");
    }

    @Test
    void aBodyThatStopsIsGivenUpAfterWhatCame() throws Exception {
        OutboundHouse house = house(impatient(LONG, LONG, SHORT));
        RawServer server = server(RawServer.answers(OK + "Content-Length: 9\r\n\r\nhalf"));
        OutboundCall call = ask(house.run(List.of(server.url(""))), get(server.url("/")));
        byte[] some = new byte[9];
        assertThat(call.read(some, 0, 9)).isEqualTo(4);
        fails(Reason.TIMED_OUT, "did not send its answer in 100 ms", () -> call.read(some, 0, 9));
        await().until(() -> server.open() == 0);
    }

    @Test
    void aGuestThatTakesItsTimeIsNoSlowServer() throws Exception {
        Duration patience = Duration.ofSeconds(3);
        OutboundHouse house = house(impatient(LONG, patience, patience));
        RawServer server = server(RawServer.answers(OK + "Content-Length: 2\r\n\r\nok"));
        OutboundCall call =
                house.run(List.of(server.url("")))
                        .begin(new OutboundHead("POST", server.url("/"), List.of(), -1));
        await().pollDelay(patience.plusMillis(500)).until(() -> !call.isDone());
        call.end();
        assertThat(text(call)).isEqualTo("ok");
    }

    @Test
    void aServerThatTakesNoBodyIsGivenUp() throws Exception {
        OutboundHouse house = house(impatient(LONG, LONG, SHORT));
        RawServer server = server(socket -> await().atMost(LONG).until(socket::isClosed));
        OutboundCall call =
                house.run(List.of(server.url("")))
                        .begin(new OutboundHead("POST", server.url("/"), List.of(), -1));
        byte[] piece = new byte[1 << 20];
        fails(
                Reason.TIMED_OUT,
                "did not take the request's body in 100 ms",
                () -> {
                    for (int i = 0; i < 90; i++) {
                        call.write(piece, 0, piece.length);
                    }
                });
        await().until(() -> house.client.connections().open() == 0);
    }

    @Test
    void aConnectionThatTakesTooLongIsGivenUp() throws Exception {
        OutboundHouse house = house(impatient(SHORT, LONG, LONG));
        RawServer server = server(_ -> {});
        String silentTls = server.url("/").replace("http:", "https:");
        OutboundCall call = ask(house.run(List.of(silentTls)), get(silentTls));
        fails(Reason.TIMED_OUT, "did not connect in 100 ms", call::response);
        await().until(() -> house.client.admission().underWay() == 0);
    }

    @Test
    void headsAndBodiesAreBoundedBothWays() throws Exception {
        OutboundHouse house = house(few(Duration.ofSeconds(1)));
        RawServer large = server(RawServer.answers(OK + "x: " + "y".repeat(3_000) + "\r\n\r\n"));
        RawServer line =
                server(RawServer.answers("HTTP/1.1 200 " + "y".repeat(3_000) + "\r\n\r\n"));
        RawServer long_ =
                server(RawServer.answers(OK + "Content-Length: 2000\r\n\r\n" + "z".repeat(2_000)));
        RunOutbound run = house.run(List.of(large.url(""), line.url(""), long_.url("")));
        fails(Reason.TOO_LARGE, "head of the answer", ask(run, get(large.url("/")))::response);
        fails(Reason.TOO_LARGE, "head of the answer", ask(run, get(line.url("/")))::response);
        OutboundCall body = ask(run, get(long_.url("/")));
        fails(Reason.TOO_LARGE, "more than 1000 bytes", () -> text(body));
        fails(
                Reason.TOO_LARGE,
                "the request's head has",
                () -> run.begin(get(large.url("/"), new Header("x", "y".repeat(2_000)))));
        fails(
                Reason.TOO_LARGE,
                "the URL has",
                () -> run.begin(get(large.url("/" + "y".repeat(2_000)))));
        OutboundHead post = new OutboundHead("POST", large.url("/"), List.of(), 1_001);
        fails(Reason.TOO_LARGE, "1001 bytes, at most 1000", () -> run.begin(post));
        OutboundCall growing = run.begin(new OutboundHead("POST", large.url("/"), List.of(), -1));
        growing.write(new byte[1_000], 0, 1_000);
        fails(Reason.TOO_LARGE, "more than 1000 bytes", () -> growing.write(new byte[1], 0, 1));
    }

    @Test
    void aBodyThatBreaksOffIsNoWholeOne() throws Exception {
        OutboundHouse house = house(OutboundLimits.DEFAULT);
        for (String half :
                List.of(
                        "Content-Length: 9\r\n\r\nhalf",
                        "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf")) {
            RawServer server =
                    server(
                            socket -> {
                                RawServer.answers(OK + half).meet(socket);
                                socket.close();
                            });
            OutboundCall call = ask(house.run(List.of(server.url(""))), get(server.url("/")));
            byte[] some = new byte[9];
            assertThat(call.read(some, 0, 9)).isEqualTo(4);
            fails(Reason.UNREACHABLE, "the connection broke", () -> call.read(some, 0, 9));
        }
    }

    @Test
    void whatIsNoHttpIsSaidToBeNone() throws Exception {
        OutboundHouse house = house(OutboundLimits.DEFAULT);
        for (String nonsense :
                List.of(
                        "SSH-2.0-OpenSSH_9.2\r\n",
                        "HTTP/1.1 2x0 OK\r\n\r\n",
                        "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
                        "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n")) {
            RawServer server = server(RawServer.answers(nonsense));
            OutboundCall call = ask(house.run(List.of(server.url(""))), get(server.url("/")));
            fails(Reason.PROTOCOL, server.url(""), call::response);
        }
    }

    @Test
    void aPortWhereNobodyListensIsUnreachable() throws Exception {
        OutboundHouse house = house(OutboundLimits.DEFAULT);
        RawServer gone = server(_ -> {});
        gone.close();
        OutboundCall call = ask(house.run(List.of(gone.url(""))), get(gone.url("/")));
        fails(Reason.UNREACHABLE, "no connection can be made", call::response);
    }

    @Test
    void aFailureIsTheAnswersToTellHoweverSoonItComes() throws Exception {
        OutboundHouse house = house(OutboundLimits.DEFAULT);
        RawServer gone = server(_ -> {});
        gone.close();
        OutboundCall call = house.run(List.of(gone.url(""))).begin(get(gone.url("/")));
        await().until(call::isDone);
        call.end();
        fails(Reason.UNREACHABLE, "no connection can be made", call::response);
    }
}
