package dev.cress.router;

import dev.cress.contract.Limits;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.Ways;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a router is told when it starts. [#of] has the defaults, the `with…` methods change them.
///
/// @param bind the address that clients reach
/// @param port 0 takes any free one: ask [Router#port()]
/// @param adminBind the address of `/health` and `/metrics`: they tell of the fleet, so loopback
/// @param adminPort 0 takes any free one: ask [Router#adminPort()]
/// @param control the URLs of control planes that share a store, in the order of [Ways]
/// @param joinToken what lets a router of the fleet in there, empty if it has an identity
/// @param identity by which it is let in, if it has joined with a certificate
/// @param dataDir keeps the last directory and the router key; one router at a time
/// @param trustedPeers CIDRs whose word about a client's address, scheme and request id is believed
/// @param locationTable a MaxMind-format file (`.mmdb`), or nothing for the bundled countries
/// @param domain under which functions have host names, as nodes have it
/// @param eventLoops threads that carry traffic
public record RouterConfig(
        String bind,
        int port,
        String adminBind,
        int adminPort,
        List<URI> control,
        String joinToken,
        Optional<FleetIdentity> identity,
        Path dataDir,
        List<String> trustedPeers,
        Optional<Path> locationTable,
        String domain,
        int eventLoops,
        Clients clients,
        Upstream upstream,
        Health health,
        Retries retries) {
    public static final String LOOPBACK = "127.0.0.1";

    private static final int DEFAULT_PORT = 8080;
    private static final String DEFAULT_DOMAIN = "localhost";
    private static final List<String> LOOPBACK_PEERS = List.of("127.0.0.0/8", "::1/128");

    /// What clients may ask of a router.
    ///
    /// @param connectionsMax open at one time; requests on further ones are answered `overloaded`
    /// @param requestLineBytesMax method, target and version
    /// @param headerBytesMax all request headers together
    /// @param idleTimeout a connection without a byte either way for so long is closed, whether it
    ///     is a client's or goes to a node
    /// @param drainTimeout how long requests in flight may take when the router stops
    public record Clients(
            int connectionsMax,
            int requestLineBytesMax,
            int headerBytesMax,
            Duration idleTimeout,
            Duration drainTimeout) {
        public static final Clients DEFAULT =
                new Clients(
                        10_000, 8 << 10, 64 << 10, Duration.ofSeconds(90), Duration.ofSeconds(10));

        public Clients {
            positive("connectionsMax", connectionsMax);
            positive("requestLineBytesMax", requestLineBytesMax);
            positive("headerBytesMax", headerBytesMax);
            positive("idleTimeout", idleTimeout);
            positive("drainTimeout", drainTimeout);
        }
    }

    /// How the router uses nodes.
    ///
    /// @param connectionsPerNodeMax open to one node at one time
    /// @param waitingPerNodeMax requests that wait for such a connection
    /// @param waitTimeout how long one waits, connecting included
    /// @param connectTimeout until a connection stands
    /// @param responseHeadTimeout from the request's last byte to the answer's head; above
    ///     [Limits#QUEUE_MS_MAX] and [Limits#WALL_MS_MAX] together, or the node's own answer comes
    ///     too late
    /// @param attemptsMax nodes that one request is offered to
    /// @param replayBodyBytesMax a request body up to this size is read before it is sent on, so
    ///     that it can go to the next node too; longer ones stream
    public record Upstream(
            int connectionsPerNodeMax,
            int waitingPerNodeMax,
            Duration waitTimeout,
            Duration connectTimeout,
            Duration responseHeadTimeout,
            int attemptsMax,
            int replayBodyBytesMax) {
        public static final Upstream DEFAULT =
                new Upstream(
                        512,
                        1_024,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        5,
                        16 << 10);

        public Upstream {
            positive("connectionsPerNodeMax", connectionsPerNodeMax);
            positive("waitingPerNodeMax", waitingPerNodeMax);
            positive("waitTimeout", waitTimeout);
            positive("connectTimeout", connectTimeout);
            positive("responseHeadTimeout", responseHeadTimeout);
            positive("attemptsMax", attemptsMax);
            if (replayBodyBytesMax < 0) {
                throw new RouterException(
                        "replayBodyBytesMax is %d: at least 0".formatted(replayBodyBytesMax));
            }
        }
    }

    /// How the router tells live nodes from dead ones.
    ///
    /// @param interval between two checks of one node
    /// @param timeout of one check
    /// @param setAside how long a node that refused or dropped a request comes last
    public record Health(Duration interval, Duration timeout, Duration setAside) {
        public static final Health DEFAULT =
                new Health(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofSeconds(5));

        public Health {
            positive("interval", interval);
            positive("timeout", timeout);
            positive("setAside", setAside);
        }
    }

    /// How much work retries may add. The floor is what makes a node's death invisible to the
    /// requests that were under way to it.
    ///
    /// @param percent of requests
    /// @param perSecondFloor allowed whatever the traffic; saved up for ten seconds
    public record Retries(int percent, int perSecondFloor) {
        public static final Retries DEFAULT = new Retries(10, 100);

        public Retries {
            if (percent < 0 || perSecondFloor < 0) {
                throw new RouterException(
                        "retries of %d %% and %d/s: at least 0 each"
                                .formatted(percent, perSecondFloor));
            }
        }
    }

    public RouterConfig {
        trustedPeers = List.copyOf(trustedPeers);
        trustedPeers.forEach(Cidr::parse);
        port("port", port);
        port("admin port", adminPort);
        positive("eventLoops", eventLoops);
        if (joinToken.isBlank() && identity.isEmpty()) {
            throw new RouterException("the join token is empty: pass --join TOKEN");
        }
        control = List.copyOf(control);
        Ways.check(control)
                .ifPresent(
                        why -> {
                            throw new RouterException(why);
                        });
        if (clients.idleTimeout().compareTo(upstream.responseHeadTimeout()) <= 0) {
            throw new RouterException(
                    "idleTimeout is %s: it must be longer than responseHeadTimeout, %s"
                            .formatted(clients.idleTimeout(), upstream.responseHeadTimeout()));
        }
    }

    /// A router on loopback with the defaults.
    public static RouterConfig of(URI control, String joinToken, Path dataDir) {
        return new RouterConfig(
                LOOPBACK,
                DEFAULT_PORT,
                LOOPBACK,
                0,
                List.of(control),
                joinToken,
                Optional.empty(),
                dataDir,
                LOOPBACK_PEERS,
                Optional.empty(),
                DEFAULT_DOMAIN,
                Runtime.getRuntime().availableProcessors(),
                Clients.DEFAULT,
                Upstream.DEFAULT,
                Health.DEFAULT,
                Retries.DEFAULT);
    }

    public RouterConfig withListen(String bind, int port) {
        return with(
                draft -> {
                    draft.bind = bind;
                    draft.port = port;
                });
    }

    /// Lets itself in by its certificate, where it joined.
    public RouterConfig with(FleetIdentity member) {
        return with(
                draft -> {
                    draft.identity = Optional.of(member);
                    draft.control = List.of(member.control());
                });
    }

    /// The same with other ways to the control plane.
    public RouterConfig by(List<URI> ways) {
        return with(draft -> draft.control = ways);
    }

    public RouterConfig withAdmin(String bind, int port) {
        return with(
                draft -> {
                    draft.adminBind = bind;
                    draft.adminPort = port;
                });
    }

    public RouterConfig withTrustedPeers(List<String> cidrs) {
        return with(draft -> draft.trustedPeers = cidrs);
    }

    public RouterConfig withLocationTable(Path table) {
        return with(draft -> draft.locationTable = Optional.of(table));
    }

    public RouterConfig withDomain(String name) {
        return with(draft -> draft.domain = name);
    }

    public RouterConfig withEventLoops(int count) {
        return with(draft -> draft.eventLoops = count);
    }

    public RouterConfig withClients(Clients limits) {
        return with(draft -> draft.clients = limits);
    }

    public RouterConfig withUpstream(Upstream limits) {
        return with(draft -> draft.upstream = limits);
    }

    public RouterConfig withHealth(Health checks) {
        return with(draft -> draft.health = checks);
    }

    public RouterConfig withRetries(Retries budget) {
        return with(draft -> draft.retries = budget);
    }

    private RouterConfig with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.config(this);
    }

    /// A copy that can be changed, so that each `with…` names only what it changes.
    private static final class Draft {
        private String bind;
        private int port;
        private String adminBind;
        private int adminPort;
        private List<String> trustedPeers;
        private Optional<Path> locationTable;
        private String domain;
        private int eventLoops;
        private Clients clients;
        private Upstream upstream;
        private Health health;
        private Retries retries;
        private Optional<FleetIdentity> identity;
        private List<URI> control;

        private Draft(RouterConfig from) {
            identity = from.identity;
            control = from.control;
            bind = from.bind;
            port = from.port;
            adminBind = from.adminBind;
            adminPort = from.adminPort;
            trustedPeers = from.trustedPeers;
            locationTable = from.locationTable;
            domain = from.domain;
            eventLoops = from.eventLoops;
            clients = from.clients;
            upstream = from.upstream;
            health = from.health;
            retries = from.retries;
        }

        private RouterConfig config(RouterConfig from) {
            return new RouterConfig(
                    bind,
                    port,
                    adminBind,
                    adminPort,
                    control,
                    identity.isPresent() ? "" : from.joinToken,
                    identity,
                    from.dataDir,
                    trustedPeers,
                    locationTable,
                    domain,
                    eventLoops,
                    clients,
                    upstream,
                    health,
                    retries);
        }
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new RouterException("%s is %d: at least 1".formatted(name, value));
        }
    }

    private static void positive(String name, Duration value) {
        if (value.toMillis() <= 0 || value.toMillis() > Integer.MAX_VALUE) {
            throw new RouterException("%s is %s: from 1 ms to 24 days".formatted(name, value));
        }
    }

    private static void port(String name, int value) {
        if (value < 0 || value > 65_535) {
            throw new RouterException("%s is %d: from 0 to 65535".formatted(name, value));
        }
    }
}
