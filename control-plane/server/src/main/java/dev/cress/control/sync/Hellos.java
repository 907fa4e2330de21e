package dev.cress.control.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;

import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/// Connections of nodes that haven't said who they are: the first frame must be a hello, and comes
/// soon. Lives on the event loop.
final class Hellos {
    static final Duration HELLO_WITHIN = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final BiConsumer<Peer, NodeFrame.Hello> begin;
    private final Set<Peer> unnamed = new HashSet<>();

    /// @param begin takes the connection from its hello on
    Hellos(Vertx vertx, BiConsumer<Peer, NodeFrame.Hello> begin) {
        this.vertx = vertx;
        this.begin = begin;
    }

    void await(Peer peer) {
        long timer =
                vertx.setTimer(
                        HELLO_WITHIN.toMillis(),
                        _ ->
                                peer.end(
                                        CloseCode.SILENT,
                                        "no hello within %d s"
                                                .formatted(HELLO_WITHIN.toSeconds())));
        unnamed.add(peer);
        peer.onEnd(
                () -> {
                    vertx.cancelTimer(timer);
                    unnamed.remove(peer);
                });
        peer.onText(
                text -> {
                    vertx.cancelTimer(timer);
                    hello(peer, text);
                });
    }

    private void hello(Peer peer, String text) {
        try {
            JsonNode frame = Json.LENIENT.readTree(text);
            int proto = frame.path("proto").asInt();
            if (frame.path("type").asText().equals("hello") && proto != NodeFrame.PROTO) {
                peer.end(
                        CloseCode.OTHER_PROTOCOL,
                        "the control plane speaks protocol %d, the node %d"
                                .formatted(NodeFrame.PROTO, proto));
                return;
            }
            if (Json.LENIENT.treeToValue(frame, NodeFrame.class) instanceof NodeFrame.Hello hello
                    && isWhole(hello)) {
                unnamed.remove(peer);
                begin.accept(peer, hello);
            } else {
                peer.end(CloseCode.BAD_FRAME, "the first frame must be a whole hello");
            }
        } catch (JsonProcessingException e) {
            peer.end(CloseCode.BAD_FRAME, String.valueOf(Json.explain(e).getMessage()));
        }
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isWhole(NodeFrame.Hello hello) {
        return hello.node() != null
                && hello.node().url() != null
                && hello.resume() != null
                && hello.resume().epoch() != null
                && hello.resume().hash() != null;
    }

    /// Ends those that this credential opened.
    void endAll(String credential) {
        List.copyOf(unnamed).stream()
                .filter(peer -> peer.credential().id().equals(credential))
                .forEach(peer -> peer.end(CloseCode.REVOKED, "the credential was revoked"));
    }
}
