package dev.cress.node.state;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Position;
import dev.cress.contract.StagingState;
import dev.cress.contract.Version;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.serve.FunctionActivity;
import dev.cress.node.serve.RequestHandler.Place;
import dev.cress.node.serve.RouteTable;
import dev.cress.node.serve.ServedVersion;
import dev.cress.node.state.NodeStore.StoredFunction;
import dev.cress.wasm.WasmHost;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;

/// What this node should serve and what of it is ready. A deployment takes effect once all its
/// versions are staged; until then the one before it serves. One worker thread makes every change
/// and swaps the route table, which requests read without a lock.
public final class NodeState implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeState.class);

    private final NodeStore store;
    private final Staging staging;
    private final NodeSecrets secrets;
    private final String domain;
    private final String region;
    private final Function<FunctionName, FunctionActivity> newActivity;
    private final ExecutorService worker;
    private final Map<FunctionName, FunctionOnNode> functions = new TreeMap<>();
    private volatile Needs needs = Needs.NONE;
    private volatile StateEvents events = StateEvents.Nobody.LISTENS;
    private volatile Position position = Position.NOWHERE;
    private volatile boolean hasAllTenants = true;
    private volatile RouteTable routes;
    private volatile boolean told;

    public NodeState(
            Place place,
            String domain,
            NodeStore store,
            ModuleSource source,
            WasmHost host,
            NodeLimits limits,
            NodeSecrets secrets,
            Function<FunctionName, FunctionActivity> newActivity) {
        this.domain = domain;
        this.region = place.region();
        this.secrets = secrets;
        this.store = store;
        this.newActivity = newActivity;
        this.routes = new RouteTable(domain, List.of());
        this.worker =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("cress-state-" + place.name()).daemon().factory());
        this.staging =
                new Staging(
                        place, domain, store, source, host, limits, secrets, new StagingListener());
    }

    /// The present table.
    public RouteTable routes() {
        return routes;
    }

    /// How far the node's disk is recorded.
    public Position position() {
        return position;
    }

    /// From where the control plane shall go on: from nowhere if a node of the build before
    /// recorded what is here, which was told of one tenant's functions only.
    public Position resume() {
        return hasAllTenants ? position : Position.NOWHERE;
    }

    /// Whether the node knows what to serve, from its disk or from the control plane.
    public boolean wasTold() {
        return told;
    }

    /// Whether everything that should serve now is ready, or never will be.
    public boolean isSettled() {
        return CompletableFuture.supplyAsync(
                        () -> functions.values().stream().allMatch(FunctionOnNode::isSettled),
                        worker)
                .join();
    }

    /// Reads the disk and begins to stage what is there.
    public void load() {
        CompletableFuture.runAsync(this::loadNow, worker).join();
    }

    private void loadNow() {
        secrets.load();
        try {
            position = store.position();
            hasAllTenants = store.hasAllTenants();
            store.functions()
                    .forEach(
                            (name, stored) ->
                                    functions.put(
                                            name,
                                            new FunctionOnNode(stored, region, activity(name))));
            told = !position.equals(Position.NOWHERE);
        } catch (IOException e) {
            // what can't be read is told again: a node at no position gets everything
            LOG.warn(
                    "the node's state can't be read and will be asked for again: {}", e.toString());
            position = Position.NOWHERE;
        }
        stageMissing();
        publish();
    }

    /// From now on these events are told, beginning with how everything stands.
    public void tell(StateEvents to) {
        run(
                () -> {
                    events = to;
                    functions.values().forEach(f -> f.report(to));
                });
    }

    /// Nobody hears events any more.
    public void tellNobody() {
        events = StateEvents.Nobody.LISTENS;
    }

    /// Records the whole state. Completes when it is on disk.
    public CompletableFuture<Void> apply(ControlFrame.Snapshot snapshot) {
        return change(
                () -> {
                    Set<FunctionName> named = new HashSet<>();
                    for (FunctionState state : snapshot.functions()) {
                        named.add(state.name());
                        put(state);
                    }
                    for (FunctionName name : List.copyOf(functions.keySet())) {
                        if (!named.contains(name)) {
                            remove(name);
                        }
                    }
                    // also those that could neither be read nor deleted before
                    store.keepFunctions(named);
                    record(snapshot.position());
                });
    }

    /// Records a change. Completes when it is on disk; fails with [NotFollowing] when it doesn't
    /// follow.
    public CompletableFuture<Void> apply(ControlFrame.Delta delta) {
        return change(
                () -> {
                    boolean follows =
                            delta.from() == position.revision()
                                    && delta.position().epoch().equals(position.epoch());
                    if (!follows) {
                        throw new NotFollowing(
                                "delta from revision %d of log '%s' does not follow revision %d of log '%s'"
                                        .formatted(
                                                delta.from(),
                                                delta.position().epoch(),
                                                position.revision(),
                                                position.epoch()));
                    }
                    for (FunctionState state : delta.changed()) {
                        put(state);
                    }
                    for (FunctionName name : delta.removed()) {
                        remove(name);
                    }
                    record(delta.position());
                });
    }

    /// A deployment serves where it is placed, which isn't here: what it replaces goes. Completes
    /// when that is on disk.
    public CompletableFuture<Void> moved(ControlFrame.Moved said) {
        return change(
                () -> {
                    FunctionOnNode known = functions.get(said.function());
                    if (known != null) {
                        known.moved(said.deployment());
                    }
                });
    }

    /// Takes what the control plane says of secrets. Completes when it is on disk.
    public CompletableFuture<Void> secrets(ControlFrame said) {
        return change(
                () -> {
                    secrets.take(said);
                    staging.secretsChanged();
                });
    }

    /// A frame that doesn't follow what the node has.
    public static final class NotFollowing extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotFollowing(String message) {
            super(message);
        }
    }

    private interface Change {
        void make() throws IOException;
    }

    private CompletableFuture<Void> change(Change change) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        change.make();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    // first: what has moved elsewhere is wanted no more
                    settle();
                    stageMissing();
                },
                worker);
    }

    private void put(FunctionState state) throws IOException {
        FunctionOnNode known = functions.get(state.name());
        if (known == null) {
            known =
                    new FunctionOnNode(
                            new StoredFunction(state, null), region, activity(state.name()));
            functions.put(state.name(), known);
        } else {
            known.target(state);
        }
        store.put(known.stored());
    }

    private FunctionActivity activity(FunctionName name) {
        return newActivity.apply(name);
    }

    private void remove(FunctionName name) throws IOException {
        FunctionOnNode gone = functions.remove(name);
        if (gone != null) {
            gone.close();
        }
        store.remove(name);
    }

    private void record(Position reached) throws IOException {
        store.position(reached);
        position = reached;
        hasAllTenants = true;
        told = true;
    }

    private void stageMissing() {
        // whole at once: staging drops for good what it finds unwanted
        Needs now = Needs.of(functions.values());
        needs = now;
        for (FunctionOnNode function : functions.values()) {
            for (Version version : function.takeUnstaged()) {
                events.staging(function.name(), version.number(), StagingState.PENDING, "");
                staging.stage(function.name(), version, function.heat(version));
            }
        }
        if (!told) {
            return;
        }
        try {
            store.keepModules(now.modules());
            staging.keepAssets(now.assets());
        } catch (IOException e) {
            LOG.warn("unused modules and files can't be deleted: {}", e.toString());
        }
    }

    /// Lets deployments take effect whose versions are all staged, and says so once requests find
    /// them.
    private void settle() {
        List<FunctionOnNode> changed = new ArrayList<>();
        for (FunctionOnNode function : functions.values()) {
            if (function.takeEffect()) {
                try {
                    store.put(function.stored());
                } catch (IOException e) {
                    LOG.warn(
                            "{}: what serves can't be recorded: {}", function.name(), e.toString());
                }
                changed.add(function);
            }
        }
        publish();
        changed.forEach(function -> events.serving(function.name(), function.present()));
    }

    private void publish() {
        routes =
                new RouteTable(
                        domain, functions.values().stream().map(FunctionOnNode::served).toList());
    }

    private void run(Runnable task) {
        try {
            ((Executor) worker).execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the node closes");
        }
    }

    private final class StagingListener implements Staging.Listener {
        @Override
        public boolean isWanted(FunctionName function, Version version) {
            return needs.versions().contains(new Needs.Wanted(function, version));
        }

        @Override
        public void staged(FunctionName function, ServedVersion version) {
            update(
                    function,
                    version.version(),
                    f -> f.staged(version),
                    StagingState.STAGED,
                    "",
                    version::close);
        }

        @Override
        public void delayed(FunctionName function, Version version, String reason) {
            update(function, version, _ -> {}, StagingState.PENDING, reason, () -> {});
        }

        @Override
        public void failed(FunctionName function, Version version, String reason) {
            update(
                    function,
                    version,
                    f -> f.failed(version, reason),
                    StagingState.FAILED,
                    reason,
                    () -> {});
        }

        private void update(
                FunctionName name,
                Version version,
                Consumer<FunctionOnNode> change,
                StagingState state,
                String reason,
                Runnable unwanted) {
            run(
                    () -> {
                        FunctionOnNode function = functions.get(name);
                        if (function != null && function.versions().contains(version)) {
                            change.accept(function);
                            events.staging(name, version.number(), state, reason);
                            settle();
                        } else {
                            unwanted.run();
                        }
                    });
        }
    }

    @Override
    public void close() {
        staging.close();
        run(() -> functions.values().forEach(FunctionOnNode::close));
        worker.shutdown();
    }
}
