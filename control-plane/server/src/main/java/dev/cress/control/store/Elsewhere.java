package dev.cress.control.store;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// What other servers changed since this one last looked: revisions, tokens, members, nodes, and
/// which servers there are; and that this server lives. Nothing where the store isn't shared. Looks
/// are the store's thread's; others may ask for one.
final class Elsewhere implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Elsewhere.class);

    private final Database database;
    private final StoreThread thread;
    private final Tail tail;
    private final String server;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile int routersHere;
    private int routersTold;
    private volatile @Nullable Wakeups wakeups;

    /// When this server last said that it lives.
    private long beatNs = System.nanoTime() - Servers.BEAT_EVERY.toNanos();

    private Heads.Counts known = new Heads.Counts(0, 0, 0, 0, 0);
    private Set<String> servers = Set.of();
    private int routers;
    private @Nullable StoreListener listener;

    Elsewhere(Database database, StoreThread thread, Tail tail, String server) {
        this.database = database;
        this.thread = thread;
        this.tail = tail;
        this.server = server;
    }

    void start() {
        if (database.dialect().isShared()) {
            wakeups = new Wakeups(database.dialect(), server, this::ask);
        }
    }

    /// How many routers this server has, for others to know.
    void reportRouters(int count) {
        routersHere = count;
        if (wakeups != null) {
            ask();
        }
    }

    /// Has the store's thread look, unless it is about to.
    private void ask() {
        if (asked.compareAndSet(false, true)) {
            thread.run(
                            () -> {
                                asked.set(false);
                                beat();
                                look();
                                return server;
                            })
                    .onFailure(
                            e -> {
                                asked.set(false);
                                LOG.warn("can't see what others changed: {}", e.getMessage());
                            });
        }
    }

    private void beat() {
        int now = routersHere;
        boolean others = now != routersTold;
        if (others || System.nanoTime() - beatNs >= Servers.BEAT_EVERY.toNanos()) {
            write(
                    tables -> {
                        tables.servers().beat(server, now);
                        if (others) {
                            database.dialect().announce(tables.transaction(), server);
                        }
                    });
            routersTold = now;
            beatNs = System.nanoTime();
        }
    }

    private void write(Consumer<Tables> work) {
        database.write(
                transaction -> {
                    work.accept(Tables.in(transaction));
                    return server;
                });
    }

    /// Says that this server goes.
    @Override
    public void close() {
        var waits = wakeups;
        if (waits != null) {
            waits.close();
            thread.run(
                            () -> {
                                write(this::leave);
                                return server;
                            })
                    .onFailure(e -> LOG.warn("can't say that it leaves: {}", e.getMessage()));
        }
    }

    private void leave(Tables tables) {
        tables.servers().leave(server);
        database.dialect().announce(tables.transaction(), server);
    }

    /// From now on this hears on the event loop of all that changes after the image.
    void follow(Image image, StoreListener listener) {
        this.listener = listener;
        known = image.counts();
        servers = image.fleet().servers();
        routers = image.fleet().routers();
    }

    /// What one look found.
    private record Found(
            Tail.Heard log,
            Heads.Counts counts,
            @Nullable List<StoredToken> tokens,
            @Nullable List<StoredMember> members,
            StoredKeys keys,
            boolean secrets,
            FleetNews fleet) {}

    /// Looks, and hands over what is new.
    private void look() {
        var hears = listener;
        if (hears == null) {
            return;
        }
        Found found = database.read(transaction -> find(Tables.in(transaction)));
        known = found.counts;
        tail.take(found.log);
        var tokens = found.tokens;
        if (tokens != null) {
            thread.onLoop(() -> hears.tokens(tokens));
        }
        var members = found.members;
        var keys = found.keys;
        if (members != null) {
            thread.onLoop(() -> hears.members(members, keys));
        }
        if (found.secrets) {
            thread.onLoop(hears::secrets);
        }
        FleetNews fleet = found.fleet;
        boolean others = !fleet.servers().equals(servers) || fleet.routers() != routers;
        servers = fleet.servers();
        routers = fleet.routers();
        if (others || !fleet.isEmpty()) {
            thread.onLoop(() -> hears.fleet(fleet));
        }
    }

    private Found find(Tables tables) {
        Heads.Counts counts = tables.heads().counts();
        boolean tokens = counts.tokens() != known.tokens();
        boolean members = counts.members() != known.members();
        boolean nodes = counts.nodes() != known.nodes();
        // A count that went back is that of another database.
        Tail.Heard log = tail.read(tables);
        boolean whole =
                counts.forgotten() != known.forgotten()
                        || counts.nodes() < known.nodes()
                        || log instanceof Tail.Heard.Replaced;
        FleetNews fleet =
                whole
                        ? fleet(tables, server, true, 0)
                        : fleet(tables, server, false, nodes ? known.nodes() : Long.MAX_VALUE);
        return new Found(
                log,
                counts,
                tokens ? tables.tokens().list() : null,
                members ? new Members(tables).list() : null,
                members ? new Members(tables).keys() : new StoredKeys(List.of()),
                counts.secrets() != known.secrets(),
                fleet);
    }

    /// Nodes and functions that changed after this count.
    static FleetNews fleet(Tables tables, String server, boolean whole, long after) {
        var living = new HashMap<>(tables.servers().living());
        living.remove(server);
        int routers = living.values().stream().mapToInt(Integer::intValue).sum();
        return new FleetNews(
                whole,
                tables.nodes().changed(after),
                tables.nodes().functions(after),
                living.keySet(),
                routers);
    }
}
