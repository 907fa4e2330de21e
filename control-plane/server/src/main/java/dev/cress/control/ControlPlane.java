package dev.cress.control;

import dev.cress.contract.Api.Collected;
import dev.cress.contract.Sha256;
import dev.cress.control.api.Access;
import dev.cress.control.api.ApiServer;
import dev.cress.control.api.Doorkeeper;
import dev.cress.control.api.OidcTokens;
import dev.cress.control.module.ModulePreparer;
import dev.cress.control.module.Preparations;
import dev.cress.control.module.PreparedImages;
import dev.cress.control.module.Uploads;
import dev.cress.control.store.Collector;
import dev.cress.control.store.Membership;
import dev.cress.control.store.Scope;
import dev.cress.control.store.SecretKeeping;
import dev.cress.control.store.SecretKeys;
import dev.cress.control.store.Store;
import dev.cress.control.store.StoreException;
import dev.cress.control.store.StoreLocation;
import dev.cress.control.store.StoredToken;
import dev.cress.control.sync.Sync;
import dev.cress.control.trust.Authority;
import dev.cress.control.trust.FleetKeys;
import dev.cress.control.trust.Roll;
import dev.cress.control.trust.ServerTls;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// The fleet's memory, running.
///
/// ```
///   CLI ──REST──▶ api ──▶ module (uploads, preparation) ──▶ store ──▶ SQLite or PostgreSQL
///                  └──────────────────────────────────────▶   │
///   nodes, routers ◀──WebSocket── sync ◀──────revisions───────┘
/// ```
///
/// I/O and sessions live on one event loop of its own, the store on a thread of its own,
/// preparations on two more. May be used from any thread; starting and closing block.
public final class ControlPlane implements AutoCloseable {
    /// The name and id of the token in the data folder.
    private static final String OPERATOR_TOKEN = "operator.token";

    /// How often old revisions are taken out of the log, and unneeded modules out of the store.
    private static final Duration TRIM_EVERY = Duration.ofHours(1);

    /// How late the session of a token that expired ends at most.
    private static final Duration CREDENTIALS_EVERY = Duration.ofSeconds(10);
    /// How often the control port's certificate is made anew.
    private static final Duration CERTIFICATE_EVERY = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

    private final ControlPlaneConfig config;
    private final InstantSource clock = InstantSource.system();
    private final Started started = new Started();
    private final DataFolder folder;
    private final Access access;
    private final Optional<ServerTls> tls;
    private final int port;

    private ControlPlane(ControlPlaneConfig config, ModulePreparer preparer) {
        this.config = config;
        var limits = config.limits();
        try {
            InetAddress address = address();
            folder = started.add(DataFolder.open(config.dataFolder()));
            var loop = started.add(Loop.start());
            var vertx = loop.vertx();
            var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            started.add(meters::close);

            var store = started.add(openStore(loop));
            Gauge.builder("cress.control.store.queued", store, Store::queued)
                    .description("pieces of work that wait for the store")
                    .register(meters);
            var secrets = SecretKeeping.open(store, secretKeys(store), clock);
            ensureOperatorToken(store);
            var stored = store.load();
            var oidc = config.oidc().map(from -> started.add(new OidcTokens(vertx, from, clock)));
            access = new Access(store, clock, stored.tokens(), oidc);
            var roll = new Roll(clock, stored.members());
            tls = tls(store, address);
            var keys = new Membership(store).keys(() -> FleetKeys.first());

            var preparations = started.add(new Preparations(preparer, loop.context(), meters));
            var uploads =
                    new Uploads(
                            vertx,
                            folder.uploads(),
                            limits.moduleBytesMax(),
                            preparations,
                            store.uploaded(),
                            meters);
            var images =
                    new PreparedImages(
                            vertx,
                            folder.uploads(),
                            preparer.images(),
                            preparations,
                            store.uploaded());
            var most =
                    new Sync.Limits(
                            limits.nodesMax(),
                            limits.routersMax(),
                            limits.followersMax(),
                            limits.pingEvery());
            var sync =
                    loop.call(
                            () ->
                                    new Sync(
                                            vertx,
                                            store,
                                            stored,
                                            clock,
                                            most,
                                            meters,
                                            secrets,
                                            new Sync.Credentials(
                                                    access::refresh,
                                                    roll::refresh,
                                                    new Doorkeeper(access, roll, tls)::node,
                                                    keys)));
            var server =
                    loop.call(
                            () ->
                                    new ApiServer(
                                            vertx,
                                            store,
                                            sync,
                                            secrets,
                                            uploads,
                                            images,
                                            access,
                                            roll,
                                            tls,
                                            meters,
                                            clock,
                                            limits.jsonBytesMax()));
            started.add(() -> loop.await(server::close));
            port = listen(loop, server);
            started.add(() -> loop.run(sync::close));
            loop.run(
                    () -> {
                        vertx.setPeriodic(TRIM_EVERY.toMillis(), _ -> trim(store, meters));
                        vertx.setPeriodic(
                                CREDENTIALS_EVERY.toMillis(), _ -> lookAtCredentials(sync, roll));
                        vertx.setPeriodic(
                                CERTIFICATE_EVERY.toMillis(),
                                _ -> tls.ifPresent(each -> each.renew(clock.instant())));
                    });
        } catch (StoreException e) {
            started.close();
            throw new ControlPlaneException(
                    config.store().isPresent()
                            ? "store " + e.getMessage()
                            : "data folder %s: %s".formatted(config.dataFolder(), e.getMessage()),
                    e);
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    /// Starts, and returns when it answers. A [ControlPlaneException] says what is in the way; then
    /// nothing is left running.
    public static ControlPlane start(ControlPlaneConfig config, ModulePreparer preparer) {
        return new ControlPlane(config, preparer);
    }

    private SecretKeys secretKeys(Store store) {
        return switch (config.secretsKey()) {
            case SecretsKey.InFolder() ->
                    store.isShared() ? SecretKeys.none() : SecretKeys.own(folder.secretsKey());
            case SecretsKey.InFile(Path file) -> SecretKeys.of(file);
            case SecretsKey.Given(String where, String text) -> SecretKeys.of(where, text);
        };
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(config.bindAddress());
        } catch (UnknownHostException e) {
            throw new ControlPlaneException(
                    "address %s to listen on is unknown".formatted(config.bindAddress()), e);
        }
    }

    private Optional<ServerTls> tls(Store store, InetAddress address) {
        return switch (config.tls()) {
            case Tls.WhereNeeded() ->
                    address.isLoopbackAddress() || config.insecure()
                            ? Optional.empty()
                            : Optional.of(byAuthority(store, address, List.of()));
            case Tls.ByAuthority(var names) -> Optional.of(byAuthority(store, address, names));
            case Tls.Given(Path chain, Path key) ->
                    Optional.of(ServerTls.given(authority(store), chain, key));
        };
    }

    private Authority authority(Store store) {
        return Authority.of(
                new Membership(store).authority(() -> Authority.fresh(clock.instant())));
    }

    private ServerTls byAuthority(Store store, InetAddress address, List<String> names) {
        var all = new LinkedHashSet<>(names);
        if (!address.isAnyLocalAddress()) {
            all.add(config.bindAddress());
        }
        all.addAll(List.of("localhost", "127.0.0.1", "::1"));
        try {
            all.add(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            LOG.debug("this machine has no name of its own", e);
        }
        return ServerTls.byAuthority(authority(store), List.copyOf(all), clock.instant());
    }

    private static void trim(Store store, MeterRegistry meters) {
        new Collector(store, meters)
                .collect(Collector.KEPT, null)
                .onSuccess(collected -> collected.ifPresent(ControlPlane::report))
                .onFailure(e -> LOG.warn("can't collect what nothing needs", e));
        store.trimLog()
                .onSuccess(
                        gone -> {
                            if (gone > 0) {
                                LOG.info("{} old revisions left the log", gone);
                            }
                        })
                .onFailure(e -> LOG.warn("can't take old revisions out of the log", e));
    }

    private static void report(Collected collected) {
        if (collected.bytes() > 0) {
            LOG.info(
                    "{} modules and {} archives left the store, {} KiB",
                    collected.modules(),
                    collected.archives(),
                    collected.bytes() >> 10);
        }
    }

    /// Ends what expired tokens opened, and has the store know which are used.
    private void lookAtCredentials(Sync sync, Roll roll) {
        access.expired().forEach(sync::credentialRevoked);
        roll.expired().forEach(sync::credentialRevoked);
        access.writeUses().onFailure(e -> LOG.warn("can't note which tokens were used", e));
    }

    private Store openStore(Loop loop) {
        var location =
                config.store()
                        .map(StoreLocation::ofUrl)
                        .orElseGet(
                                () ->
                                        new StoreLocation.InFile(
                                                folder.ownersStore(),
                                                config.limits().storeBytesMax()));
        return Store.open(location, clock, loop.context());
    }

    /// The file and the store must agree on the token; a missing or foreign file means a fresh one.
    private void ensureOperatorToken(Store store) {
        var inFile = folder.operatorToken().map(Access::hash);
        boolean agreed =
                store.load().tokens().stream()
                        .filter(token -> token.id().startsWith(OPERATOR_TOKEN))
                        .anyMatch(token -> inFile.filter(token.hash()::equals).isPresent());
        if (!agreed) {
            // Servers that share a store have a folder each, with a token each.
            String id = store.isShared() ? OPERATOR_TOKEN + "-" + store.server() : OPERATOR_TOKEN;
            String secret = Access.newSecret();
            store.putTokenNow(
                    new StoredToken(id, Access.hash(secret), id, Scope.OPERATOR, clock.millis()));
            folder.writeOperatorToken(secret);
        }
    }

    private int listen(Loop loop, ApiServer server) {
        try {
            return loop.await(() -> server.listen(config.bindAddress(), config.port()));
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof BindException taken) {
                String message = String.valueOf(taken.getMessage());
                throw new ControlPlaneException(
                        message.contains("in use")
                                ? "port %d is taken on %s: choose another with --control-port"
                                        .formatted(config.port(), config.bindAddress())
                                : "can't listen on %s port %d: %s"
                                        .formatted(config.bindAddress(), config.port(), message),
                        e);
            }
            throw new ControlPlaneException(
                    "can't listen on %s port %d: %s"
                            .formatted(config.bindAddress(), config.port(), e.getMessage()),
                    e);
        }
    }

    /// Where its REST interface is, without a slash at the end.
    public String url() {
        String host =
                config.bindAddress().contains(":")
                        ? "[" + config.bindAddress() + "]"
                        : config.bindAddress();
        if (tls.isEmpty()) {
            return "http://" + host + ":" + port;
        }
        // The address of all interfaces is in no certificate.
        return "https://" + (address().isAnyLocalAddress() ? "localhost" : host) + ":" + port;
    }

    /// The SHA-256 of the certificate that ends its TLS chain, if it isn't one that every JDK
    /// trusts.
    public Optional<Sha256> authority() {
        return tls.flatMap(spoken -> Optional.ofNullable(spoken.known()));
    }

    /// The port that it listens on.
    public int port() {
        return port;
    }

    /// The file with a token that may do everything.
    public Path operatorTokenFile() {
        return folder.operatorTokenFile();
    }

    /// A token for a part of the fleet that runs in this process. It is stored nowhere and ends
    /// with this control plane.
    ///
    /// @param scope `operator`, `deploy` or `read` (of the tenant `default`), `join` or `metrics`
    public String issueToken(String name, String scope) {
        String secret = Access.newSecret();
        letIn(name, scope, secret);
        return secret;
    }

    /// The same for a part that has a token of an earlier control plane of this process.
    public void letIn(String name, String scope, String secret) {
        access.letIn(name, Scope.of(scope), secret);
    }

    /// Ends all sessions, finishes what the store has accepted, and lets go of the data folder. The
    /// second call does nothing.
    @Override
    public void close() {
        started.close();
    }
}
