package dev.cress.router;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.Json;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The control plane's side of `/v1/sync/router`.
final class FakeControlPlane implements AutoCloseable {
    static final String TOKEN = "join-token";
    static final String ROUTER_KEY = "the-router-key";

    private final HttpServer server;
    private final List<ServerWebSocket> sessions = new CopyOnWriteArrayList<>();
    private volatile Directory directory = new Directory(List.of());

    FakeControlPlane(Vertx vertx, int port) {
        server =
                vertx.createHttpServer()
                        .webSocketHandshakeHandler(
                                handshake -> {
                                    boolean known =
                                            ("Bearer " + TOKEN)
                                                            .equals(
                                                                    handshake
                                                                            .headers()
                                                                            .get("authorization"))
                                                    && ControlSession.PATH.equals(handshake.path());
                                    if (known) {
                                        handshake.accept();
                                    } else {
                                        handshake.reject(401);
                                    }
                                })
                        .webSocketHandler(this::opened);
        House.await(server.listen(port, "127.0.0.1"));
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    int port() {
        return server.actualPort();
    }

    private synchronized void opened(ServerWebSocket session) {
        session.writeTextMessage(Json.write(new ControlFrame.Welcome(ROUTER_KEY)));
        session.writeTextMessage(Json.write(directory));
        sessions.add(session);
    }

    synchronized void publish(Directory next) {
        directory = next;
        say(Json.write(next));
    }

    synchronized void say(String text) {
        sessions.forEach(session -> session.writeTextMessage(text));
    }

    @Override
    public void close() {
        House.await(server.close());
    }
}
