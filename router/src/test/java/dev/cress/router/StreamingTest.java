package dev.cress.router;

import static dev.cress.router.House.eventually;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.CressHeader;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Bodies: both ways, any size, no faster than they are read, and never a clean end of a torn one.
class StreamingTest {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final long MANY_BYTES = 64 << 20;

    private final House house;
    private final FakeNode node;

    StreamingTest(@TempDir Path data) {
        house = new House(data);
        node = house.frankfurt();
        house.open();
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    @Test
    void aLargeResponseWaitsForItsReader() throws IOException {
        var sent = new AtomicLong();
        node.behaviour =
                request -> {
                    request.response().setChunked(true);
                    pump(request.response(), sent);
                };
        var response = house.send(house.request("/").build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            assertThat(body.read()).isZero();
            settles(sent);
            assertThat(sent.get()).isLessThan(MANY_BYTES / 2);
            assertThat(body.transferTo(OutputStream.nullOutputStream())).isEqualTo(MANY_BYTES - 1);
        }
    }

    @Test
    void aLargeRequestWaitsForItsNode() {
        var received = new AtomicLong();
        var taken = new AtomicLong();
        node.behaviour =
                request -> {
                    request.pause();
                    request.handler(bytes -> received.addAndGet(bytes.length()));
                    request.endHandler(_ -> request.response().end(received.toString()));
                    house.vertx.setTimer(300, _ -> request.resume());
                };
        var response =
                house.send(
                        house.request("/")
                                .POST(
                                        BodyPublishers.ofInputStream(
                                                () -> new Zeros(MANY_BYTES, taken, received))));
        assertThat(response.body()).isEqualTo(Long.toString(MANY_BYTES));
        assertThat(taken.get()).as("read before the node read").isLessThan(MANY_BYTES / 2);
    }

    @Test
    void aHeadIsPassedOnBeforeItsBodyComes() {
        var answer = new AtomicBoolean();
        node.behaviour =
                request -> {
                    request.response().setChunked(true).writeHead();
                    house.vertx.setPeriodic(
                            10,
                            timer -> {
                                if (answer.get()) {
                                    house.vertx.cancelTimer(timer);
                                    request.response().end("at last");
                                }
                            });
                };
        try (var client = new RawHttp(house.router().port())) {
            client.send("GET / HTTP/1.1", "Host: a", "");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
            answer.set(true);
            assertThat(client.readUntil("0\r\n\r\n")).contains("at last");
        }
    }

    @Test
    void aChunkedAnswerThatBreaksOffEndsWithoutItsLastChunk() {
        node.behaviour =
                request -> {
                    request.response().setChunked(true).write("half of it");
                    closeSoon(request);
                };
        String answer = getAndReadAll();
        assertThat(answer).contains("half of it").doesNotContain("\r\n0\r\n\r\n");
    }

    @Test
    void aMeasuredAnswerThatBreaksOffStaysShort() {
        node.behaviour =
                request -> {
                    request.response().putHeader("content-length", "1000").write("half of it");
                    closeSoon(request);
                };
        String answer = getAndReadAll();
        assertThat(answer).contains("content-length: 1000").contains("half of it");
        assertThat(answer.length()).isLessThan(1000);
    }

    @Test
    void anAnswerThatBreaksOffIsNotHeldAgainstTheNode() {
        node.behaviour =
                request -> {
                    request.response().setChunked(true).write("half of it");
                    closeSoon(request);
                };
        getAndReadAll();
        assertThat(house.health()).contains("\"ready\":1");
    }

    @Test
    void aClientThatLeavesStopsItsRequest() {
        var stopped = new AtomicBoolean();
        node.behaviour = request -> request.response().closeHandler(_ -> stopped.set(true));
        var client = new RawHttp(house.router().port());
        client.send("GET / HTTP/1.1", "Host: a", "");
        eventually().until(() -> !node.seen.isEmpty());
        client.reset();
        eventually().untilTrue(stopped);
        assertThat(house.health()).contains("\"ready\":1");
    }

    @Test
    void aClientThatLeavesInItsBodyStopsItsRequest() {
        var stopped = new AtomicBoolean();
        node.behaviour =
                request -> {
                    request.exceptionHandler(_ -> stopped.set(true));
                    request.handler(_ -> {});
                };
        var client = new RawHttp(house.router().port());
        client.send("POST / HTTP/1.1", "Host: a", "Content-Length: 1000000", "", "some");
        eventually().until(() -> !node.seen.isEmpty());
        client.reset();
        eventually().untilTrue(stopped);
    }

    @Test
    void anAnswerBeforeTheBodysEndIsHeard() {
        node.behaviour =
                request ->
                        request.response()
                                .setStatusCode(413)
                                .putHeader(CressHeader.ERROR.text(), "request-too-large")
                                .putHeader("connection", "close")
                                .end("too large");
        try (var client = new RawHttp(house.router().port())) {
            client.send("POST / HTTP/1.1", "Host: a", "Content-Length: 1000000", "", "some");
            assertThat(client.readUntil("too large")).startsWith("HTTP/1.1 413");
        }
    }

    /// Were it taken up again, the node would read the next request as the rest of the body.
    @Test
    void aConnectionWithHalfABodyOnItIsNotUsedAgain(@TempDir Path data) {
        try (var narrow = new House(data)) {
            FakeNode early = narrow.frankfurt();
            early.behaviour = request -> request.response().end("enough");
            narrow.open(narrow.config().withEventLoops(1));
            try (var client = new RawHttp(narrow.router().port())) {
                client.send("POST /1 HTTP/1.1", "Host: a", "Content-Length: 1000000", "", "some");
                client.readUntil("enough");
                for (int i = 2; i < 5; i++) {
                    assertThat(narrow.get("/" + i, House.GERMAN).body()).isEqualTo("enough");
                }
            }
            assertThat(early.seen)
                    .extracting(FakeNode.Seen::uri)
                    .containsExactly("/1", "/2", "/3", "/4");
        }
    }

    @Test
    void answersWithoutABodyKeepTheConnection() {
        node.behaviour =
                request -> {
                    switch (String.valueOf(request.path())) {
                        case "/204" -> request.response().setStatusCode(204).end();
                        case "/304" ->
                                request.response()
                                        .setStatusCode(304)
                                        .putHeader("content-length", "77")
                                        .end();
                        default -> request.response().putHeader("content-length", "42").end();
                    }
                };
        try (var client = new RawHttp(house.router().port())) {
            client.send("GET /204 HTTP/1.1", "Host: a", "");
            assertThat(client.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 204")
                    .doesNotContain("transfer-encoding");
            client.send("GET /304 HTTP/1.1", "Host: a", "");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 304");
            client.send("HEAD / HTTP/1.1", "Host: a", "");
            assertThat(client.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 200")
                    .contains("content-length: 42");
            client.send("HEAD /204 HTTP/1.1", "Host: a", "");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 204");
        }
    }

    @Test
    void anOldClientGetsAChunkedAnswerWithoutChunks() {
        node.behaviour = request -> request.response().setChunked(true).end("plain");
        try (var client = new RawHttp(house.router().port())) {
            client.send("GET / HTTP/1.0", "Host: a", "");
            assertThat(client.readAll())
                    .startsWith("HTTP/1.0 200")
                    .endsWith("\r\n\r\nplain")
                    .doesNotContain("chunked");
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() {
        try (var client = new RawHttp(house.router().port())) {
            client.send(
                    "POST / HTTP/1.1", "Host: a", "Content-Length: 4", "Expect: 100-continue", "");
            client.readUntil("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.sendText("body").readUntil("body")).startsWith("HTTP/1.1 200");
        }
        assertThat(node.seen.getFirst().header("expect")).isEmpty();
    }

    private String getAndReadAll() {
        try (var client = new RawHttp(house.router().port())) {
            return client.send("GET / HTTP/1.1", "Host: a", "").readAll();
        }
    }

    private void closeSoon(HttpServerRequest request) {
        house.vertx.setTimer(50, _ -> request.connection().close());
    }

    /// Writes zeros as long as they are taken.
    private static void pump(HttpServerResponse to, AtomicLong sent) {
        while (!to.writeQueueFull() && sent.get() < MANY_BYTES) {
            to.write(Buffer.buffer(new byte[CHUNK_BYTES]));
            sent.addAndGet(CHUNK_BYTES);
        }
        if (sent.get() < MANY_BYTES) {
            to.drainHandler(_ -> pump(to, sent));
        } else {
            to.end();
        }
    }

    private static void settles(AtomicLong value) {
        var last = new AtomicLong(-1);
        eventually()
                .pollInterval(Duration.ofMillis(150))
                .until(() -> last.getAndSet(value.get()) == value.get());
    }

    /// So many zeros; notes how many were taken before the other side received any.
    private static final class Zeros extends InputStream {
        private long left;
        private final AtomicLong taken;
        private final AtomicLong received;

        Zeros(long bytes, AtomicLong taken, AtomicLong received) {
            left = bytes;
            this.taken = taken;
            this.received = received;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = (int) Math.min(left, length);
            left -= count;
            if (received.get() == 0) {
                taken.addAndGet(count);
            }
            return count == 0 ? -1 : count;
        }
    }
}
