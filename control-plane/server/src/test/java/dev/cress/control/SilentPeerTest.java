package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.Position;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

class SilentPeerTest {
    @TempDir Path folder = Path.of("");

    private Plane oneNodePingedEvery(Duration pingEvery) {
        var limits = ControlPlaneConfig.Caps.DEFAULT;
        var one =
                new ControlPlaneConfig.Caps(
                        limits.moduleBytesMax(),
                        limits.jsonBytesMax(),
                        limits.storeBytesMax(),
                        1,
                        limits.routersMax(),
                        limits.followersMax(),
                        pingEvery);
        return Plane.start(folder, config -> config.withLimits(one));
    }

    private static boolean connected(Plane plane) {
        return plane.get("/v1/nodes").json().at("/items/0/connected").asBoolean();
    }

    @Test
    void aNodeThatNoLongerAnswersPingsCountsAsGone() throws IOException {
        try (var plane = oneNodePingedEvery(Duration.ofMillis(200));
                var socket = new Socket(InetAddress.getLoopbackAddress(), plane.control.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(upgrade(plane.control.issueToken("fra-1", "join")));
            out.flush();
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 101 ");
            out.write(
                    masked(
                            Json.write(
                                    new NodeFrame.Hello(
                                            NodeFrame.PROTO,
                                            FakeNode.info("fra-1"),
                                            Position.NOWHERE))));
            out.flush();
            await().until(() -> !plane.get("/v1/nodes").json().path("items").isEmpty());
            await().until(() -> !connected(plane));
        }
    }

    @Test
    void aNodeThatAnswersPingsStays() {
        try (var plane = oneNodePingedEvery(Duration.ofSeconds(2));
                var _ = plane.node("fra-1")) {
            await().during(Duration.ofSeconds(7))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> connected(plane));
        }
    }

    @Test
    void moreNodesThanTheLimitAreSentAway() {
        try (var plane = oneNodePingedEvery(Duration.ofSeconds(5));
                var _ = plane.node("fra-1");
                var second = FakeNode.silent(plane.control, plane.token("join"))) {
            second.send(
                    new NodeFrame.Hello(NodeFrame.PROTO, FakeNode.info("iad-1"), Position.NOWHERE));
            assertThat(second.closeCode()).isEqualTo(4429);
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    private static byte[] upgrade(String token) {
        return ("GET /v1/sync/node HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\n"
                        + "connection: upgrade\r\nsec-websocket-version: 13\r\n"
                        + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + ("authorization: Bearer " + token + "\r\n\r\n"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// A text frame of 126 to 65,535 bytes, masked with zeros (RFC 6455 §5.2).
    private static byte[] masked(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[8 + payload.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | 126);
        frame[2] = (byte) (payload.length >> 8);
        frame[3] = (byte) payload.length;
        System.arraycopy(payload, 0, frame, 8, payload.length);
        return frame;
    }
}
