package dev.cress.node.state;

import dev.cress.contract.Bundle;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;
import dev.cress.node.assets.AssetFiles;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.serve.RequestHandler.Place;
import dev.cress.node.serve.ServedVersion;
import dev.cress.wasm.Image;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.Wanted;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Makes versions ready to serve, one at a time on a thread of its own: module from disk or from
/// the control plane, checked against its name, prepared, warmed up. What can't be had now is tried
/// again, for as long as somebody wants it.
final class Staging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final Duration RETRY_FIRST = Duration.ofMillis(200);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);

    private final NodeStore store;
    private final ModuleSource source;
    private final AssetStore assets;
    private final WasmHost host;
    private final NodeLimits limits;
    private final Listener listener;
    private final WarmUps warmUps;
    private final ScheduledExecutorService thread;

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
            Listener listener) {
        this.store = store;
        this.source = source;
        this.assets = new AssetStore(store.assets(), source);
        this.host = host;
        this.limits = limits;
        this.listener = listener;
        this.warmUps = new WarmUps(place, domain, limits.warmUp());
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform()
                                .name("cress-staging-" + place.name())
                                .daemon()
                                .factory());
    }

    void stage(FunctionName function, Version version, Heat heat) {
        later(function, version, heat, Duration.ZERO, RETRY_FIRST);
    }

    private void later(
            FunctionName function, Version version, Heat heat, Duration wait, Duration nextWait) {
        try {
            var _ =
                    thread.schedule(
                            () -> attempt(function, version, heat, nextWait),
                            wait.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{} version {}: not staged, the node closes", function, version.number());
        }
    }

    private void attempt(FunctionName function, Version version, Heat heat, Duration nextWait) {
        if (!listener.isWanted(function, version)) {
            return;
        }
        try {
            RunLimits runLimits = runLimits(version.manifest().limits());
            Optional<AssetFiles> files = files(version);
            if (heat != Heat.FIRST && isKept(version)) {
                Isolates cold = host.isolates(() -> image(version));
                finish(function, new ServedVersion(version, cold, runLimits, files), heat);
                return;
            }
            var image = host.prepare(module(version), wanted(version));
            if (image.initialMemoryBytes() > runLimits.memoryBytes()) {
                listener.failed(
                        function,
                        version,
                        "module starts with %d MiB of memory, at most %d MiB"
                                .formatted(
                                        image.initialMemoryBytes() >> 20,
                                        runLimits.memoryBytes() >> 20));
                return;
            }
            Isolates warm = host.isolates(image, () -> image(version));
            finish(function, new ServedVersion(version, warm, runLimits, files), heat);
        } catch (RefusedModuleException e) {
            listener.failed(function, version, String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn(
                    "{} version {} can't be staged yet: {}",
                    function,
                    version.number(),
                    e.toString());
            listener.delayed(function, version, String.valueOf(e.getMessage()));
            Duration doubled = nextWait.multipliedBy(2);
            later(
                    function,
                    version,
                    heat,
                    nextWait,
                    doubled.compareTo(RETRY_MAX) < 0 ? doubled : RETRY_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void finish(FunctionName function, ServedVersion version, Heat heat) {
        if (heat == Heat.FIRST) {
            warmUps.warm(function, version, () -> listener.staged(function, version));
            return;
        }
        listener.staged(function, version);
        if (heat == Heat.MEANWHILE) {
            warmUps.warm(function, version, () -> {});
        }
    }

    /// Whether it was ready on this node before: then a start needn't load what may not be asked
    /// for.
    private boolean isKept(Version version) {
        return store.hasModule(version.module())
                && host.isKept(version.module().hex(), wanted(version));
    }

    /// Of a version that was ready before.
    private Image image(Version version)
            throws IOException, InterruptedException, RefusedModuleException {
        Wanted wanted = wanted(version);
        Optional<Image> kept = host.kept(version.module().hex(), wanted);
        return kept.isPresent() ? kept.get() : host.prepare(module(version), wanted);
    }

    private static Wanted wanted(Version version) {
        return new Wanted(version.manifest().abi(), version.manifest().snapshot());
    }

    private byte[] module(Version version) throws IOException, InterruptedException {
        var onDisk = store.module(version.module());
        if (onDisk.isPresent()) {
            return onDisk.get();
        }
        byte[] fetched = source.fetch(version);
        Sha256 found = Sha256.of(fetched);
        if (!found.equals(version.module())) {
            throw new IOException(
                    "module %s arrived as %s"
                            .formatted(version.module().shortHex(), found.shortHex()));
        }
        store.putModule(version.module(), fetched);
        return fetched;
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
        warmUps.close();
    }
}
