package dev.cress.node.state;

import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Share;
import dev.cress.contract.StagingState;
import dev.cress.contract.Version;
import dev.cress.node.serve.Elsewhere;
import dev.cress.node.serve.FunctionActivity;
import dev.cress.node.serve.ServedFunction;
import dev.cress.node.serve.ServedVersion;
import dev.cress.node.state.NodeStore.StoredFunction;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One function as this node has it: what it should be, what it is, which of its versions are
/// ready. The state's worker thread only.
///
/// A deployment that isn't placed in the node's region takes effect once the control plane says
/// that it serves elsewhere: until then what served before does, and then nothing is left of it.
final class FunctionOnNode implements AutoCloseable {
    private final String region;
    private final FunctionActivity activity;
    private final Map<Version, Progress> progress = new HashMap<>();
    private FunctionState target;
    private @Nullable FunctionState serving;

    /// The deployment that has moved to where it is placed, 0 for none.
    private int moved;

    /// How far a version is: asked for, ready (`served`), or refused (`reason`).
    private record Progress(StagingState state, @Nullable ServedVersion served, String reason) {
        static final Progress PENDING = new Progress(StagingState.PENDING, null, "");

        void close() {
            if (served != null) {
                served.close();
            }
        }
    }

    /// @param region the node's
    FunctionOnNode(StoredFunction stored, String region, FunctionActivity activity) {
        this.region = region;
        this.target = stored.target();
        this.serving = stored.serving();
        this.activity = activity;
    }

    FunctionName name() {
        return target.name();
    }

    FunctionState target() {
        return target;
    }

    void target(FunctionState wanted) {
        target = wanted;
        prune();
    }

    /// This deployment serves where it is placed.
    void moved(int deployment) {
        moved = deployment;
    }

    /// Closes what isn't to be had any more.
    private void prune() {
        Set<Version> kept = versions();
        progress.entrySet()
                .removeIf(
                        entry -> {
                            boolean goes = !kept.contains(entry.getKey());
                            if (goes) {
                                entry.getValue().close();
                            }
                            return goes;
                        });
    }

    StoredFunction stored() {
        return new StoredFunction(target, serving);
    }

    /// Every version to have: first those that should serve, then those that do, then those kept
    /// for going back. Where the function isn't placed there are none but those that still serve.
    Set<Version> versions() {
        Set<Version> all = new LinkedHashSet<>(live(target));
        if (serving != null) {
            all.addAll(live(serving));
        }
        all.addAll(target.versionsIn(region));
        return all;
    }

    /// The versions that get traffic in this region.
    private List<Version> live(FunctionState state) {
        List<Version> live = new ArrayList<>();
        for (Share share : state.sharesIn(region)) {
            state.version(share.version()).ifPresent(live::add);
        }
        return live;
    }

    /// The versions that nobody was asked for yet; from now on they count as pending.
    List<Version> takeUnstaged() {
        List<Version> unstaged = versions().stream().filter(v -> !progress.containsKey(v)).toList();
        unstaged.forEach(v -> progress.put(v, Progress.PENDING));
        return unstaged;
    }

    /// When this version is warmed up, if it is staged now.
    Staging.Heat heat(Version version) {
        if (serving != null && live(serving).contains(version)) {
            return Staging.Heat.MEANWHILE;
        }
        return live(target).contains(version) ? Staging.Heat.FIRST : Staging.Heat.NONE;
    }

    void staged(ServedVersion version) {
        progress.put(version.version(), new Progress(StagingState.STAGED, version, ""));
    }

    void failed(Version version, String reason) {
        progress.put(version, new Progress(StagingState.FAILED, null, reason));
    }

    /// Lets the target serve if it is ready and doesn't already. Returns whether that changed
    /// anything.
    boolean takeEffect() {
        boolean ready = live(target).stream().allMatch(v -> state(v) == StagingState.STAGED);
        if (!ready || isStillNeeded() || target.equals(serving)) {
            return false;
        }
        int before = present();
        boolean changed = serving == null || !serving.deployment().equals(target.deployment());
        serving = target;
        prune();
        // what wasn't here and isn't is nothing to tell
        return changed && (before != 0 || present() != 0);
    }

    /// Whether the function goes to other regions and what serves here may be the only one that
    /// does.
    private boolean isStillNeeded() {
        return !target.isIn(region)
                && serving != null
                && serving.isIn(region)
                && moved != target.deployment().id();
    }

    /// The deployment that serves here, 0 for none.
    int present() {
        return serving != null && serving.isIn(region) ? serving.deployment().id() : 0;
    }

    private StagingState state(Version version) {
        return progress.getOrDefault(version, Progress.PENDING).state();
    }

    /// Whether what should serve does, or the version before it does and nothing is under way.
    boolean isSettled() {
        FunctionState now = serving == null ? target : serving;
        return live(now).stream().allMatch(v -> state(v) != StagingState.PENDING);
    }

    ServedFunction served() {
        FunctionState now = serving;
        // in another log a number may mean another version: those that serve come last and stay
        Map<Integer, ServedVersion> staged = new HashMap<>();
        target.versions().forEach(v -> putIfStaged(v, staged));
        if (now != null) {
            live(now).forEach(v -> putIfStaged(v, staged));
        }
        return now == null
                ? ServedFunction.unready(
                        name(), activity, staged, Elsewhere.of(target, target, region))
                : ServedFunction.of(
                        now, activity, region, staged, Elsewhere.of(now, target, region));
    }

    private void putIfStaged(Version version, Map<Integer, ServedVersion> staged) {
        ServedVersion served = progress.getOrDefault(version, Progress.PENDING).served();
        if (served != null) {
            staged.put(version.number(), served);
        }
    }

    void report(StateEvents to) {
        progress.forEach((v, p) -> to.staging(name(), v.number(), p.state(), p.reason()));
        if (present() != 0) {
            to.serving(name(), present());
        }
    }

    @Override
    public void close() {
        activity.close();
        progress.values().forEach(Progress::close);
    }
}
