package dev.cress.control.sync;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.ContractException;
import dev.cress.contract.FleetStatus.RelayStatus;
import dev.cress.contract.Json;
import dev.cress.contract.Member;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayLine;
import dev.cress.contract.RelayOrder;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// The relays that are connected, and fencing among them. Of a node behind a relay is believed what
/// its certificate or token says; a relay may speak for nodes of any region, but only for those of
/// which it has seen one. Lives on the event loop.
final class RelaySessions {
    /// Relays connected at once.
    static final int RELAYS_MAX = 200;

    private static final Logger LOG = LoggerFactory.getLogger(RelaySessions.class);

    private final Vertx vertx;
    private final int nodesMax;
    private final Function<RelayFrame.Opened, Credential> credentials;
    private final Consumer<Peer> accept;
    private final Map<String, RelaySession> relays = new TreeMap<>();
    private final Set<SocketPeer> unnamed = new HashSet<>();

    /// @param nodesMax nodes behind one relay
    /// @param credentials says whom a node's certificate or token names, or refuses it
    /// @param accept takes a node that has said nothing yet
    RelaySessions(
            Vertx vertx,
            int nodesMax,
            Function<RelayFrame.Opened, Credential> credentials,
            Consumer<Peer> accept) {
        this.vertx = vertx;
        this.nodesMax = nodesMax;
        this.credentials = credentials;
        this.accept = accept;
    }

    /// A connection whose first line must be a hello, and comes soon.
    void accept(SocketPeer socket) {
        if (relays.size() + unnamed.size() >= RELAYS_MAX) {
            socket.end(
                    CloseCode.TOO_MANY,
                    "%d relays are connected, at most %d"
                            .formatted(relays.size() + unnamed.size(), RELAYS_MAX));
            return;
        }
        unnamed.add(socket);
        long timer =
                vertx.setTimer(
                        Hellos.HELLO_WITHIN.toMillis(),
                        _ ->
                                socket.end(
                                        CloseCode.SILENT,
                                        "no hello within " + Hellos.HELLO_WITHIN));
        Runnable heard =
                () -> {
                    vertx.cancelTimer(timer);
                    unnamed.remove(socket);
                };
        socket.onEnd(heard);
        socket.onText(
                text -> {
                    Optional<RelayFrame.Hello> hello = hello(socket, text);
                    hello.ifPresent(
                            said -> {
                                heard.run();
                                begin(socket, said);
                            });
                });
    }

    private static Optional<RelayFrame.Hello> hello(SocketPeer socket, String text) {
        try {
            var lines = RelayLine.parse(text);
            if (lines.size() == 1
                    && Json.LENIENT.readValue(lines.getFirst().frame(), RelayFrame.class)
                            instanceof RelayFrame.Hello hello) {
                if (hello.proto() != RelayFrame.PROTO) {
                    socket.end(
                            CloseCode.OTHER_PROTOCOL,
                            "the control plane speaks protocol %d, the relay %d"
                                    .formatted(RelayFrame.PROTO, hello.proto()));
                    return Optional.empty();
                }
                return Optional.of(hello);
            }
            socket.end(CloseCode.BAD_FRAME, "the first line must be a hello, alone");
        } catch (JsonProcessingException e) {
            socket.end(CloseCode.BAD_FRAME, String.valueOf(Json.explain(e).getMessage()));
        } catch (ContractException e) {
            socket.end(CloseCode.BAD_FRAME, String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    private void begin(SocketPeer socket, RelayFrame.Hello hello) {
        String name = hello.name();
        socket.onEnd(() -> {});
        Optional<Member> another =
                socket.credential().member().filter(member -> !member.name().equals(name));
        if (another.isPresent()) {
            LOG.error("{} says that it is relay {}", another.get(), name);
            socket.end(CloseCode.OTHER_IDENTITY, "the certificate is of " + another.get());
            return;
        }
        var session = new RelaySession(vertx, socket, hello, nodesMax, credentials, accept);
        RelaySession before = relays.put(name, session);
        if (before != null) {
            before.socket().end(CloseCode.FENCED, "another session of relay " + name + " began");
        }
        socket.onEnd(() -> ended(session));
        session.outbox().order(new RelayOrder.Welcome());
        LOG.info("relay {} connected", name);
    }

    private void ended(RelaySession session) {
        relays.remove(session.name(), session);
        LOG.info("relay {} disconnected, {} nodes with it", session.name(), session.connected());
        session.finish();
    }

    int connected() {
        return relays.size();
    }

    /// Those that are connected here, by name.
    List<RelayStatus> list() {
        return relays.values().stream()
                .map(each -> new RelayStatus(each.name(), each.build(), each.connected()))
                .toList();
    }

    void endAll(String credential) {
        List.copyOf(unnamed).stream()
                .filter(socket -> socket.credential().id().equals(credential))
                .forEach(socket -> socket.end(CloseCode.REVOKED, "the credential was revoked"));
        end(
                relay -> relay.socket().credential().id().equals(credential),
                CloseCode.REVOKED,
                "the credential was revoked");
    }

    void close() {
        end(_ -> true, CloseCode.GOING_AWAY, "the control plane stops");
    }

    private void end(Predicate<RelaySession> which, CloseCode code, String why) {
        List.copyOf(relays.values()).stream()
                .filter(which)
                .forEach(relay -> relay.socket().end(code, why));
    }
}
