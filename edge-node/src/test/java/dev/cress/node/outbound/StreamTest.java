package dev.cress.node.outbound;

import static dev.cress.node.outbound.OutboundHouse.ask;
import static dev.cress.node.outbound.OutboundHouse.get;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.Outbound.OutboundHead;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/// Bodies far larger than what is held of them: the slower side sets the pace.
class StreamTest {
    private static final int BODY_BYTES = 64 << 20;

    /// What may be on its way: our windows, and the buffers of two sockets.
    private static final long UNDER_WAY_BYTES_MAX = 16 << 20;

    private static final Duration STILL = Duration.ofMillis(300);

    private final OutboundHouse house = new OutboundHouse(OutboundHouse.LOOPBACK);
    private final AtomicLong moved = new AtomicLong();
    private final CRC32 sent = new CRC32();
    private final CRC32 came = new CRC32();

    @AfterEach
    void close() {
        house.close();
    }

    /// The piece at this offset: none like another, so that a lost or doubled one shows.
    private static byte[] piece(int at) {
        byte[] piece = new byte[64 << 10];
        for (int i = 0; i < piece.length; i += 4) {
            piece[i] = (byte) (at >> 16);
            piece[i + 1] = (byte) (at >> 24);
            piece[i + 2] = (byte) i;
            piece[i + 3] = (byte) (i >> 8);
        }
        return piece;
    }

    /// How much has moved once nothing moves any more.
    private long stalled() {
        var last = new AtomicLong(-1);
        await().pollInterval(STILL)
                .until(() -> moved.get() > 0 && last.getAndSet(moved.get()) == moved.get());
        return moved.get();
    }

    @Test
    void aServerIsNoFasterThanTheGuestThatReads() throws Exception {
        try (var server = new RawServer(this::pour)) {
            OutboundCall call = ask(house.run(List.of(server.url(""))), get(server.url("/")));
            assertThat(call.response().status()).isEqualTo(200);
            assertThat(stalled()).isLessThan(UNDER_WAY_BYTES_MAX);
            byte[] some = new byte[100_000];
            for (int n = call.read(some, 0, some.length);
                    n >= 0;
                    n = call.read(some, 0, some.length)) {
                came.update(some, 0, n);
            }
        }
        await().untilAsserted(() -> assertThat(moved).hasValue(BODY_BYTES));
        assertThat(came.getValue()).isEqualTo(sent.getValue());
    }

    private void pour(Socket socket) throws IOException {
        RawServer.readHead(socket);
        RawServer.send(
                socket, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(BODY_BYTES));
        OutputStream out = socket.getOutputStream();
        for (int at = 0; at < BODY_BYTES; at += 64 << 10) {
            byte[] piece = piece(at);
            sent.update(piece);
            out.write(piece);
            moved.addAndGet(piece.length);
        }
    }

    @Test
    void aGuestIsNoFasterThanTheServerThatReads() throws Exception {
        var begin = new CountDownLatch(1);
        try (var server = new RawServer(socket -> drain(socket, begin))) {
            RunOutbound run = house.run(List.of(server.url("")));
            OutboundCall call =
                    run.begin(new OutboundHead("POST", server.url("/"), List.of(), BODY_BYTES));
            var look =
                    CompletableFuture.supplyAsync(
                            () -> {
                                long stalledAt = stalled();
                                begin.countDown();
                                return stalledAt;
                            });
            for (int at = 0; at < BODY_BYTES; at += 64 << 10) {
                byte[] piece = piece(at);
                sent.update(piece);
                call.write(piece, 0, piece.length);
                moved.addAndGet(piece.length);
            }
            call.end();
            assertThat(call.response().status()).isEqualTo(204);
            assertThat(look.get()).isLessThan(UNDER_WAY_BYTES_MAX);
        }
        assertThat(came.getValue()).isEqualTo(sent.getValue());
    }

    private void drain(Socket socket, CountDownLatch begin) throws IOException {
        InputStream in = socket.getInputStream();
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            head += (char) in.read();
        }
        assertThat(head).contains("content-length: " + BODY_BYTES);
        try {
            begin.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        byte[] some = new byte[64 << 10];
        for (int left = BODY_BYTES; left > 0; ) {
            int n = in.read(some);
            came.update(some, 0, n);
            left -= n;
        }
        socket.getOutputStream()
                .write("HTTP/1.1 204 Done\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
}
