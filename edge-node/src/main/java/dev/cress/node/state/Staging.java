package dev.cress.node.state;

import dev.cress.contract.Bundle;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;
import dev.cress.node.assets.AssetFiles;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.serve.RequestHandler.Place;
import dev.cress.node.serve.ServedVersion;
import dev.cress.wasm.Filter;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Makes versions ready to serve: files and images, from disk or from the control plane, then a
/// warm-up. One thread decides and answers; images are waited for on others, so that a version
/// whose image takes long to come holds up no other. What can't be had now is tried again, for as
/// long as somebody wants it.
final class Staging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final Duration RETRY_FIRST = Duration.ofMillis(200);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);

    /// Versions whose images are waited for at once, more than a control plane prepares.
    static final int WAITING_MAX = 32;

    private static final Duration WAITER_IDLE_MAX = Duration.ofSeconds(10);

    /// How often it is looked for secrets that aren't here: who puts a file tells nobody.
    private static final Duration SECRETS_LOOK_EVERY = Duration.ofSeconds(2);

    private final NodeImages images;
    private final AssetStore assets;
    private final NodeLimits limits;
    private final NodeSecrets secrets;
    private final Listener listener;

    /// What waits for a secret; the staging thread's.
    private final Map<Lacking, Wait> lacking = new HashMap<>();

    private final WarmUps warmUps;
    private final ScheduledExecutorService thread;
    private final ExecutorService waiters;

    /// Hears how it went, on the staging thread.
    interface Listener {
        /// Whether this version is still to be had.
        boolean isWanted(FunctionName function, Version version);

        void staged(FunctionName function, ServedVersion version);

        /// It can't be had for now; it will be tried again.
        void delayed(FunctionName function, Version version, String reason);

        /// It can't run here.
        void failed(FunctionName function, Version version, String reason);
    }

    /// When a version is warmed up.
    enum Heat {
        /// Before it serves: nobody is served by it yet.
        FIRST,

        /// While it serves: it did before the node started again, and clients wait for it.
        MEANWHILE,

        /// Not at all: it is kept for going back to.
        NONE
    }

    Staging(
            Place place,
            String domain,
            NodeStore store,
            ModuleSource source,
            WasmHost host,
            NodeLimits limits,
            NodeSecrets secrets,
            Listener listener) {
        this.images = new NodeImages(store, source, host);
        this.assets = new AssetStore(store.assets(), source);
        this.limits = limits;
        this.secrets = secrets;
        this.listener = listener;
        this.warmUps = new WarmUps(place, domain, limits.warmUp());
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform()
                                .name("cress-staging-" + place.name())
                                .daemon()
                                .factory());
        this.waiters = waiters(place.name());
    }

    private static ExecutorService waiters(String node) {
        var threads = Thread.ofPlatform().name("cress-images-" + node + "-", 0).daemon().factory();
        var waiters =
                new ThreadPoolExecutor(
                        WAITING_MAX,
                        WAITING_MAX,
                        WAITER_IDLE_MAX.toMillis(),
                        TimeUnit.MILLISECONDS,
                        new LinkedBlockingQueue<>(),
                        threads);
        waiters.allowCoreThreadTimeOut(true);
        return waiters;
    }

    /// @param nextWait until the next one, should this one fail for now
    private record Attempt(FunctionName function, Version version, Heat heat, Duration nextWait) {
        Attempt next() {
            Duration doubled = nextWait.multipliedBy(2);
            Duration wait = doubled.compareTo(RETRY_MAX) < 0 ? doubled : RETRY_MAX;
            return new Attempt(function, version, heat, wait);
        }
    }

    void stage(FunctionName function, Version version, Heat heat) {
        var first = new Attempt(function, version, heat, RETRY_FIRST);
        later(() -> begin(first), Duration.ZERO);
    }

    private void later(Runnable work, Duration wait) {
        try {
            var _ = thread.schedule(work, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the node closes");
        }
    }

    private void aside(Runnable work) {
        try {
            waiters.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("the node closes");
        }
    }

    /// Behind what serves: nobody waits for it.
    private void keepModules(FunctionName function, Version version) {
        if (!listener.isWanted(function, version)) {
            return;
        }
        try {
            for (NamedModule module : NamedModule.of(version)) {
                images.keepModule(module);
            }
        } catch (IOException e) {
            LOG.info("a module of {} isn't here yet: {}", function, e.toString());
            later(() -> aside(() -> keepModules(function, version)), RETRY_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin(Attempt attempt) {
        Version version = attempt.version;
        if (!listener.isWanted(attempt.function, version)) {
            return;
        }
        var missing = secrets.missing(attempt.function, version);
        if (missing.isPresent()) {
            await(new Lacking(attempt.function, version, attempt.heat), missing.get());
            return;
        }
        try {
            Optional<AssetFiles> files = files(version);
            List<NamedModule> modules = NamedModule.of(version);
            if (attempt.heat != Heat.FIRST && modules.stream().allMatch(images::isKept)) {
                finish(attempt, files, modules.stream().map(images::cold).toList());
            } else {
                aside(() -> load(attempt, files, modules));
            }
        } catch (IOException | RuntimeException | Error e) {
            delay(attempt, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for images, aside.
    private void load(Attempt attempt, Optional<AssetFiles> files, List<NamedModule> modules) {
        if (!listener.isWanted(attempt.function, attempt.version)) {
            return;
        }
        Runnable then;
        try {
            List<Isolates> loaded = loaded(attempt.version, modules);
            then = () -> finish(attempt, files, loaded);
        } catch (RefusedModuleException e) {
            String why = String.valueOf(e.getMessage());
            then = () -> listener.failed(attempt.function, attempt.version, why);
        } catch (IOException | RuntimeException | Error e) {
            then = () -> delay(attempt, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        later(then, Duration.ZERO);
    }

    private List<Isolates> loaded(Version version, List<NamedModule> modules)
            throws IOException, InterruptedException, RefusedModuleException {
        long memoryBytes = runLimits(version.manifest().limits()).memoryBytes();
        List<Isolates> loaded = new ArrayList<>();
        boolean whole = false;
        try {
            for (NamedModule module : modules) {
                loaded.add(images.staged(module, memoryBytes));
            }
            whole = true;
            return loaded;
        } finally {
            if (!whole) {
                loaded.forEach(Isolates::close);
            }
        }
    }

    private void delay(Attempt attempt, Throwable why) {
        LOG.warn(
                "{} version {} can't be staged yet: {}",
                attempt.function,
                attempt.version.number(),
                why.toString());
        listener.delayed(attempt.function, attempt.version, String.valueOf(why.getMessage()));
        later(() -> begin(attempt.next()), attempt.nextWait);
    }

    private record Lacking(FunctionName function, Version version, Heat heat) {}

    /// @param look the next one
    /// @param said what was told of it
    private record Wait(Future<?> look, String said) {}

    /// A version doesn't serve without its secrets.
    private void await(Lacking which, String secret) {
        boolean known = secrets.isHeard();
        String reason =
                known
                        ? "secret %s isn't set: cress secret set %s".formatted(secret, secret)
                        : "secret %s isn't here, and the control plane hasn't said"
                                .formatted(secret);
        Wait before = lacking.get(which);
        if (before == null || !before.said.equals(reason)) {
            if (known) {
                listener.failed(which.function, which.version, reason);
            } else {
                listener.delayed(which.function, which.version, reason);
            }
        }
        if (before != null) {
            before.look.cancel(false);
        }
        var look =
                thread.schedule(
                        () -> lookAgain(which),
                        SECRETS_LOOK_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
        lacking.put(which, new Wait(look, reason));
    }

    private void lookAgain(Lacking which) {
        var missing = secrets.missing(which.function, which.version);
        if (missing.isPresent() && listener.isWanted(which.function, which.version)) {
            await(which, missing.get());
            return;
        }
        Wait wait = lacking.remove(which);
        if (wait != null) {
            wait.look.cancel(false);
            begin(new Attempt(which.function, which.version, which.heat, RETRY_FIRST));
        }
    }

    /// Looks at what waits for secrets.
    void secretsChanged() {
        try {
            thread.execute(() -> List.copyOf(lacking.keySet()).forEach(this::lookAgain));
        } catch (RejectedExecutionException e) {
            LOG.debug("the node closes");
        }
    }

    private void finish(Attempt attempt, Optional<AssetFiles> files, List<Isolates> isolates) {
        FunctionName function = attempt.function;
        ServedVersion ready = ready(attempt.version, files, isolates);
        switch (attempt.heat) {
            case FIRST -> warmUps.warm(function, ready, () -> listener.staged(function, ready));
            case MEANWHILE -> {
                listener.staged(function, ready);
                warmUps.warm(function, ready, () -> {});
            }
            case NONE -> listener.staged(function, ready);
        }
        aside(() -> keepModules(function, attempt.version));
    }

    private ServedVersion ready(
            Version version, Optional<AssetFiles> files, List<Isolates> isolates) {
        List<Filter> filters = new ArrayList<>();
        for (int i = 1; i < isolates.size(); i++) {
            var config = version.manifest().filters().get(i - 1).config();
            filters.add(new Filter(isolates.get(i), config));
        }
        var limits = runLimits(version.manifest().limits());
        return new ServedVersion(version, isolates.getFirst(), limits, files, filters);
    }

    private Optional<AssetFiles> files(Version version) throws IOException, InterruptedException {
        Bundle bundle = version.manifest().assets();
        return bundle == null ? Optional.empty() : Optional.of(assets.files(bundle));
    }

    /// Deletes the archives that nothing here names any more.
    void keepAssets(Set<Sha256> named) throws IOException {
        assets.keep(named);
    }

    private RunLimits runLimits(Limits wanted) {
        return new RunLimits(
                min(Duration.ofMillis(wanted.cpuMs()), limits.cpu()),
                min(Duration.ofMillis(wanted.wallMs()), limits.wall()),
                Math.min(wanted.memoryMib() * RunLimits.MIB, limits.memoryBytes()),
                limits.responseHeaderBytes(),
                limits.responseBodyBytes(),
                limits.logBytes());
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        waiters.shutdownNow();
        warmUps.close();
    }
}
