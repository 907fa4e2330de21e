package dev.cress.control.store;

import dev.cress.contract.Api.Applied;
import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.RolloutPlan;
import dev.cress.contract.Sha256;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.List;

/// What changes several functions at once. May be called from any thread.
public final class Releasing {
    private final Store store;
    private final InstantSource clock;

    public Releasing(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// A version that shall be made and deployed fully.
    ///
    /// @param rollout how it gets there, or null for at once
    public record Wanted(
            FunctionName name, Sha256 module, Manifest manifest, @Nullable RolloutPlan rollout) {}

    /// Makes a version of each and deploys all in one revision, or changes nothing.
    public Future<Applied> apply(Terms terms, List<Wanted> wanted) {
        // Each function has an entry of its own in the audit log.
        var unnoted = new Terms(terms.once(), null, null);
        return store.change(
                unnoted.on(Applied.class, tables -> new Applied(apply(tables, terms, wanted))));
    }

    /// Makes a version and deploys it step by step, both or neither.
    public Future<VersionCreated> createVersion(Terms terms, Wanted wanted) {
        return store.change(
                terms.on(
                        wanted.name,
                        VersionCreated.class,
                        tables ->
                                tables.releases()
                                        .createVersion(
                                                wanted.name,
                                                wanted.module,
                                                wanted.manifest,
                                                null,
                                                wanted.rollout,
                                                clock.millis())));
    }

    /// Deploys a version step by step.
    public Future<Deployed> deploy(
            Terms terms, FunctionName name, int version, RolloutPlan rollout) {
        return store.change(
                terms.on(
                        name,
                        Deployed.class,
                        tables ->
                                tables.releases()
                                        .deploy(name, version, null, rollout, clock.millis())));
    }

    private List<VersionCreated> apply(Tables tables, Terms terms, List<Wanted> wanted) {
        var made = tables.releases().createAll(wanted, clock.millis());
        var actor = terms.actor();
        if (actor != null) {
            for (int i = 0; i < made.size(); i++) {
                var deployed = made.get(i).deployed();
                if (deployed != null && !deployed.unchanged()) {
                    Actor who = actor.about(wanted.get(i).name());
                    tables.audit().append(who, AuditLog.DONE, deployed.revision(), 1);
                }
            }
        }
        return made;
    }
}
