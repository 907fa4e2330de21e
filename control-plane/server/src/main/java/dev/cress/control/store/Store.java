package dev.cress.control.store;

import dev.cress.contract.Api.Deleted;
import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.FunctionInfo;
import dev.cress.contract.Api.FunctionSummary;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;

import io.vertx.core.Context;
import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Everything that the control plane remembers, in a file of its own or in a database that several
/// servers share. What is guaranteed, on both engines:
///
/// **Durable.** What was answered survives a power cut. An answer with a [Refusal] or a
/// [StoreException] means that nothing was changed, unless it is of kind `UNSURE`.
///
/// **One after the other.** A change is made as if nobody else were there, from its checks to its
/// last write: of two that exclude each other the second is refused, whichever servers they came
/// to.
///
/// **A gapless log.** Revisions are numbered without a gap, each with the hash of the one before,
/// in the order in which their changes were made.
///
/// **Heard in order.** Every server's listener hears of each revision once, in order, on the event
/// loop; of one that this server made, before its answer.
///
/// **Fenced leases.** A lease has one holder at a time on the database's clock, and nothing is
/// written under one that ran out.
///
/// Changes and what the log says are a thread's work, one piece after the other; reads are others',
/// so that a module on its way to a node holds nobody up. May be called from any thread.
public final class Store implements AutoCloseable {
    /// Threads that read, and connections for them.
    static final int READERS = 2;

    private final StoreThread thread;
    private final StoreThread readers;
    private final Database database;
    private final InstantSource clock;
    private final String server = Secrets.hex(8);
    private final Tail tail;
    private final Batches batches;
    private final Elsewhere elsewhere;
    private final Settings settings;

    private Store(Database database, InstantSource clock, Context loop) {
        this.database = database;
        this.clock = clock;
        settings =
                database.write(
                        transaction -> {
                            StoreCopy.requireNotMoved(transaction);
                            var made = Settings.ensure(transaction);
                            new RevisionLog(transaction).ensureHead(made.epoch());
                            return made;
                        });
        thread = new StoreThread(loop, "cress-store", 1);
        readers = new StoreThread(loop, "cress-store-read", READERS);
        tail = new Tail(thread, server);
        batches = new Batches(thread, database, tail, server);
        elsewhere = new Elsewhere(database, thread, tail, server);
        elsewhere.start();
    }

    /// Opens the store, and makes it if there is none. Blocks until it stands.
    ///
    /// @param loop where answers arrive
    public static Store open(StoreLocation location, InstantSource clock, Context loop) {
        var database = Database.open(Dialect.of(location));
        try {
            return new Store(database, clock, loop);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /// The store's content at start-up. Blocks.
    public Image load() {
        return readers.call(
                () -> database.read(transaction -> Image.of(Tables.in(transaction), server)));
    }

    /// From now on this hears of all that comes after the image, on the event loop.
    public void follow(Image image, StoreListener listener) {
        thread.run(
                () -> {
                    tail.follow(image.position(), listener);
                    elsewhere.follow(image, listener);
                    return image;
                });
    }

    public Settings settings() {
        return settings;
    }

    /// Modules and archives of files.
    public Uploaded uploaded() {
        return new Uploaded(this, clock);
    }

    public Audit audit() {
        return new Audit(this);
    }

    public Tenancy tenancy() {
        return new Tenancy(this, clock);
    }

    /// All of them, by name.
    ///
    /// @param tenant whose, or null for everybody's
    public Future<List<FunctionSummary>> functions(@Nullable TenantName tenant) {
        return functions(tenant, "", Functions.FUNCTIONS_MAX);
    }

    /// Those behind this name.
    public Future<List<FunctionSummary>> functions(
            @Nullable TenantName tenant, String after, int count) {
        return read(
                tables -> {
                    if (tenant != null) {
                        tables.tenants().quota(tenant);
                    }
                    return tables.functions().list(tenant, after, count);
                });
    }

    public Future<FunctionInfo> function(FunctionName name) {
        return read(tables -> tables.functions().info(name));
    }

    /// Those with smaller numbers, newest first.
    public Future<List<Version>> versions(FunctionName name, long before, int count) {
        return read(
                tables -> {
                    tables.functions().requireLive(name);
                    return tables.functions().versions(name, before, count);
                });
    }

    /// Those with smaller ids, newest first.
    public Future<List<Deployment>> deployments(FunctionName name, long before, int count) {
        return read(
                tables -> {
                    tables.functions().requireLive(name);
                    return tables.deployments().newest(name, before, count);
                });
    }

    /// Makes a version and deploys it, both or neither.
    ///
    /// @param basisPoints the share to deploy it with, or null to deploy it later
    public Future<VersionCreated> createVersion(
            Terms terms,
            FunctionName name,
            Sha256 module,
            Manifest manifest,
            @Nullable Integer basisPoints) {
        return change(
                terms.on(
                        name,
                        VersionCreated.class,
                        tables ->
                                tables.releases()
                                        .createVersion(
                                                name,
                                                module,
                                                manifest,
                                                basisPoints,
                                                null,
                                                clock.millis())));
    }

    public Future<Deployed> deploy(Terms terms, FunctionName name, int version, int basisPoints) {
        return change(
                terms.on(
                        name,
                        Deployed.class,
                        tables ->
                                tables.releases()
                                        .deploy(name, version, basisPoints, null, clock.millis())));
    }

    /// Sends all of the traffic to an earlier version.
    ///
    /// @param version which one, or null for what had the traffic before
    public Future<Deployed> rollback(Terms terms, FunctionName name, @Nullable Integer version) {
        return change(
                terms.on(
                        name,
                        Deployed.class,
                        tables -> tables.releases().rollback(name, version, clock.millis())));
    }

    /// The name may be used again; the numbers of its versions and deployments go on, so that a
    /// number never means two things.
    public Future<Deleted> delete(Terms terms, FunctionName name) {
        return change(
                terms.on(
                        name,
                        Deleted.class,
                        tables -> tables.releases().delete(name, clock.millis())));
    }

    /// @param answer what its owner is told
    /// @return what he was told when the token was made
    public Future<TokenCreated> putToken(Terms terms, StoredToken token, TokenCreated answer) {
        return change(
                terms.on(
                        TokenCreated.class,
                        tables -> {
                            if (!token.tenant().isEmpty()) {
                                tables.tenants().quota(new TenantName(token.tenant()));
                            }
                            tables.tokens().put(token);
                            return answer;
                        }));
    }

    /// The same while starting. Blocks.
    public void putTokenNow(StoredToken token) {
        changeNow(
                tables -> {
                    tables.tokens().put(token);
                    return token;
                });
    }

    /// Makes a change while starting, when there is no event loop to hold up. Blocks.
    <T> T changeNow(Function<Tables, T> work) {
        return thread.call(
                () ->
                        database.write(
                                transaction -> {
                                    var tables = Tables.in(transaction);
                                    tables.log().lock();
                                    T made = work.apply(tables);
                                    database.dialect().announce(transaction, server);
                                    return made;
                                }));
    }

    /// Notes when tokens were used, by id in ms since the epoch. Other servers aren't told.
    public Future<Void> tokensUsed(Map<String, Long> lastUsedMs) {
        return aside(
                        tables -> {
                            tables.tokens().used(lastUsedMs);
                            return server;
                        })
                .mapEmpty();
    }

    /// All of them, as other servers used them too.
    public Future<List<StoredToken>> tokens() {
        return read(tables -> tables.tokens().list());
    }

    /// Whether there was a token of this id.
    public Future<Boolean> deleteToken(Terms terms, String id) {
        return change(terms.on(Boolean.class, tables -> tables.tokens().delete(id)));
    }

    /// Names this server among those that share the store; another one with each start.
    public String server() {
        return server;
    }

    /// Whether other servers may have the store open too.
    public boolean isShared() {
        return database.dialect().isShared();
    }

    /// How many routers this server has, for others to know.
    public void reportRouters(int count) {
        elsewhere.reportRouters(count);
    }

    /// Stores what nodes say of themselves. A report without a session's number begins a session;
    /// one whose session another has followed since is left aside.
    ///
    /// @return each node's session
    public Future<Map<String, Long>> putNodes(List<NodeReport> reports) {
        return aside(
                tables -> {
                    long change = tables.heads().advance(Heads.Side.NODES);
                    var sessions = new HashMap<String, Long>();
                    for (NodeReport report : reports) {
                        sessions.put(
                                report.node().info().name(),
                                tables.nodes().put(report.node(), report.functions(), change));
                    }
                    database.dialect().announce(tables.transaction(), server);
                    return sessions;
                });
    }

    public Future<Void> deleteNode(Terms terms, String name) {
        return aside(
                        terms.on(
                                String.class,
                                tables -> {
                                    tables.nodes().delete(name);
                                    database.dialect().announce(tables.transaction(), server);
                                    return name;
                                }))
                .mapEmpty();
    }

    /// Pieces of work that wait for the store's threads.
    public int queued() {
        return thread.queued() + readers.queued();
    }

    <T> Future<T> read(Function<Tables, T> work) {
        return readers.run(() -> database.read(transaction -> work.apply(Tables.in(transaction))));
    }

    /// Takes a lease for this server, if no other has it.
    Future<Optional<Lease>> acquire(String name, Duration time) {
        return aside(tables -> tables.leases().acquire(name, server, time));
    }

    /// Has a lease last for this long from now, if it hasn't run out.
    Future<Optional<Lease>> renew(Lease lease, Duration time) {
        return aside(tables -> tables.leases().renew(lease, time));
    }

    Future<Void> release(Lease lease) {
        return aside(
                        tables -> {
                            tables.leases().release(lease);
                            return lease;
                        })
                .mapEmpty();
    }

    /// Does this if the lease is held, else nothing.
    <T> Future<T> under(Lease lease, Function<Tables, T> work) {
        return aside(
                tables -> {
                    tables.leases().require(lease);
                    return work.apply(tables);
                });
    }

    /// Takes revisions out of the log that are older than a week, and entries out of the audit log
    /// after 90 days, unless another server is at it.
    ///
    /// @return how many revisions went
    public Future<Integer> trimLog() {
        var retention = new Retention(this);
        return retention
                .trimOutcomes(Retention.OUTCOMES_KEPT)
                .compose(_ -> retention.trimAudit(Retention.AUDIT_KEPT))
                .compose(_ -> retention.trim(Retention.LOG_KEPT));
    }

    /// Makes a change as if nobody else were there. It may run more than once.
    <T> Future<T> change(Function<Tables, T> work) {
        return batches.submit(work);
    }

    /// What no other change depends on: it doesn't wait for the log's head, nor hold others up.
    <T> Future<T> aside(Function<Tables, T> work) {
        return thread.run(() -> database.write(transaction -> work.apply(Tables.in(transaction))));
    }

    /// Finishes what was accepted, then closes all connections.
    @Override
    public void close() {
        elsewhere.close();
        try {
            thread.close();
            readers.close();
        } finally {
            database.close();
        }
    }
}
