package dev.cress.control.sync;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.Json;
import dev.cress.control.store.Store;

import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// The routers that are connected, each told the whole directory of nodes, and where functions are
/// placed, whenever it changes, but no more often than every [#COALESCED]. After a start routers
/// keep what they know until the nodes that were there before are back, at most [#SETTLING]: a
/// directory in which everybody is missing would be true and useless. Lives on the event loop.
final class RouterSessions {
    static final Duration COALESCED = Duration.ofMillis(50);
    static final Duration SETTLING = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Presence presence;
    private final Store store;
    private final int routersMax;

    /// Each router, and what it was told last.
    private final Map<Peer, Told> routers = new HashMap<>();

    private Supplier<ControlFrame.Placements> placements = () -> ControlFrame.Placements.NONE;

    private boolean settled;
    private boolean scheduled;

    RouterSessions(Vertx vertx, Presence presence, Store store, int routersMax) {
        this.vertx = vertx;
        this.presence = presence;
        this.store = store;
        this.routersMax = routersMax;
        settleIfComplete();
        vertx.setTimer(SETTLING.toMillis(), _ -> settle());
    }

    private static final class Told {
        private String directory = "";
        private String placements = "";
    }

    /// From here is known where functions are placed.
    void place(Supplier<ControlFrame.Placements> table) {
        placements = table;
    }

    void accept(Peer router) {
        if (routers.size() >= routersMax) {
            router.end(
                    CloseCode.TOO_MANY,
                    "%d routers are connected, at most %d".formatted(routers.size(), routersMax));
            return;
        }
        routers.put(router, new Told());
        store.reportRouters(routers.size());
        router.onText(_ -> router.end(CloseCode.BAD_FRAME, "a router has nothing to say"));
        router.onDrain(this::send);
        router.onEnd(
                () -> {
                    routers.remove(router);
                    store.reportRouters(routers.size());
                });
        router.send(Json.write(new ControlFrame.Welcome(store.settings().routerKey())));
        send();
    }

    int connected() {
        return routers.size();
    }

    /// The directory may not be what it was, or a placement.
    void changed() {
        settleIfComplete();
        if (!scheduled) {
            scheduled = true;
            vertx.setTimer(
                    COALESCED.toMillis(),
                    _ -> {
                        scheduled = false;
                        send();
                    });
        }
    }

    private void settleIfComplete() {
        if (presence.nodes().stream().allMatch(presence::isConnected)) {
            settled = true;
        }
    }

    private void settle() {
        if (!settled) {
            settled = true;
            send();
        }
    }

    /// A slow router gets the newest directory once it has drained.
    private void send() {
        if (!settled || routers.isEmpty()) {
            return;
        }
        String directory = Json.write(presence.directory());
        String placed = Json.write(placements.get());
        routers.forEach(
                (router, told) -> {
                    if (router.slow()) {
                        return;
                    }
                    // first: nodes that the router hears of are for what is placed there
                    if (!told.placements.equals(placed)) {
                        told.placements = placed;
                        router.send(placed);
                    }
                    if (!told.directory.equals(directory)) {
                        told.directory = directory;
                        router.send(directory);
                    }
                });
    }

    void endAll(String credential) {
        for (Peer router : Map.copyOf(routers).keySet()) {
            if (router.credential().id().equals(credential)) {
                router.end(CloseCode.REVOKED, "the credential was revoked");
            }
        }
    }

    void close() {
        for (Peer router : Map.copyOf(routers).keySet()) {
            router.end(CloseCode.GOING_AWAY, "the control plane stops");
        }
    }
}
