package dev.cress.control.api;

import static dev.cress.control.api.Call.required;

import dev.cress.contract.Api;
import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.NewDeployment;
import dev.cress.contract.Api.NewVersion;
import dev.cress.contract.Api.Rollback;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.RolloutPlan;
import dev.cress.contract.Tag;
import dev.cress.contract.Version;
import dev.cress.control.module.PreparedImages;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Releasing;
import dev.cress.control.store.Store;
import dev.cress.control.sync.Sync;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Functions, their versions and deployments. Lives on the event loop.
final class FunctionEndpoints {
    /// The longest that a rollout is waited for in one request, in ms.
    static final int WAIT_MS_MAX = 60_000;

    private final Store store;
    private final Releasing releasing;
    private final Sync sync;
    private final Pushed pushed;
    private final PreparedImages images;

    FunctionEndpoints(
            Store store, Releasing releasing, Sync sync, Pushed pushed, PreparedImages images) {
        this.store = store;
        this.releasing = releasing;
        this.sync = sync;
        this.pushed = pushed;
        this.images = images;
    }

    Future<Answer> list(Call call) {
        var slice = Slice.of(call);
        return store.functions(call.whose().orElse(null), slice.after(), slice.wanted())
                .map(found -> slice.answer(found, each -> each.name().value()).tagged());
    }

    Future<Answer> get(Call call) {
        return store.function(call.function()).map(Answer::tagged);
    }

    Future<Answer> delete(Call call) {
        return store.delete(call.terms(), call.function()).map(Answer::ok);
    }

    Future<Answer> versions(Call call) {
        var slice = Slice.of(call);
        return store.versions(call.function(), slice.afterNumber(Long.MAX_VALUE), slice.wanted())
                .map(found -> slice.answer(found, v -> String.valueOf(v.number())).tagged());
    }

    Future<Answer> tags(Call call) {
        var slice = Slice.of(call);
        return pushed.tags(call.function(), slice.after(), slice.wanted())
                .map(found -> slice.answer(found, Tag::name).tagged());
    }

    Future<Answer> createVersion(Call call) {
        FunctionName name = call.function();
        return call.json(NewVersion.class)
                .compose(asked -> create(call, name, asked))
                .onSuccess(created -> expect(name, created.version()))
                .map(
                        created ->
                                created.unchanged() && !deployedAnew(created)
                                        ? Answer.ok(created)
                                        : Answer.created(
                                                created, "/v1/functions/" + name + "/versions"));
    }

    private Future<VersionCreated> create(Call call, FunctionName name, NewVersion asked) {
        var module = required(asked.module(), "module");
        @Nullable Manifest given = asked.manifest();
        Manifest manifest = given == null ? Manifest.DEFAULT : given;
        RolloutPlan plan = asked.rollout();
        if (plan == null) {
            return store.createVersion(call.terms(), name, module, manifest, asked.basisPoints());
        }
        requireNoShare(asked.basisPoints());
        return releasing.createVersion(
                call.terms(), new Releasing.Wanted(name, module, manifest, plan));
    }

    private static void requireNoShare(@Nullable Integer basisPoints) {
        if (basisPoints != null) {
            throw Refusal.invalid(
                    "invalid-rollout", "a rollout has shares of its own: leave basis_points out");
        }
    }

    Future<Answer> apply(Call call) {
        return call.json(Api.Plan.class)
                .compose(plan -> apply(call, wanted(call, plan)))
                .map(
                        applied ->
                                applied.functions().stream()
                                                .noneMatch(FunctionEndpoints::deployedAnew)
                                        ? Answer.ok(applied)
                                        : Answer.created(applied, "/v1/functions"));
    }

    private void expect(FunctionName name, Version made) {
        images.expect(name.tenant(), made.module(), made.manifest());
    }

    private Future<Api.Applied> apply(Call call, List<Releasing.Wanted> wanted) {
        return releasing
                .apply(call.terms(), wanted)
                .onSuccess(
                        applied -> {
                            for (int i = 0; i < wanted.size(); i++) {
                                expect(wanted.get(i).name(), applied.functions().get(i).version());
                            }
                        });
    }

    private static List<Releasing.Wanted> wanted(Call call, Api.Plan plan) {
        int count = plan.functions().size();
        if (count == 0 || count > Api.PLAN_FUNCTIONS_MAX) {
            throw Refusal.invalid(
                    "invalid-plan",
                    "a plan has %d functions: it must have 1 to %d"
                            .formatted(count, Api.PLAN_FUNCTIONS_MAX));
        }
        List<Releasing.Wanted> wanted = new ArrayList<>();
        for (Api.Plan.Item item : plan.functions()) {
            FunctionName name = call.function(required(item.name(), "name"));
            if (wanted.stream().anyMatch(each -> each.name().equals(name))) {
                throw Refusal.invalid("invalid-plan", "%s is in the plan twice".formatted(name));
            }
            @Nullable Manifest manifest = item.manifest();
            wanted.add(
                    new Releasing.Wanted(
                            name,
                            required(item.module(), "module"),
                            manifest == null ? Manifest.DEFAULT : manifest,
                            item.rollout()));
        }
        return wanted;
    }

    private static boolean deployedAnew(VersionCreated created) {
        var deployed = created.deployed();
        return deployed != null && !deployed.unchanged();
    }

    Future<Answer> deployments(Call call) {
        var slice = Slice.of(call);
        return store.deployments(call.function(), slice.afterNumber(Long.MAX_VALUE), slice.wanted())
                .map(found -> slice.answer(found, d -> String.valueOf(d.id())).tagged());
    }

    Future<Answer> deploy(Call call) {
        FunctionName name = call.function();
        return call.json(NewDeployment.class)
                .compose(asked -> deploy(call, name, asked))
                .map(
                        deployed ->
                                deployed.unchanged()
                                        ? Answer.ok(deployed)
                                        : Answer.created(
                                                deployed,
                                                "/v1/functions/" + name + "/deployments"));
    }

    private Future<Deployed> deploy(Call call, FunctionName name, NewDeployment asked) {
        RolloutPlan plan = asked.rollout();
        if (plan == null) {
            return store.deploy(
                    call.terms(),
                    name,
                    asked.version(),
                    required(asked.basisPoints(), "basis_points"));
        }
        requireNoShare(asked.basisPoints());
        return releasing.deploy(call.terms(), name, asked.version(), plan);
    }

    Future<Answer> rollback(Call call) {
        FunctionName name = call.function();
        return call.jsonOr(Rollback.class, new Rollback(null))
                .compose(asked -> store.rollback(call.terms(), name, asked.version()))
                .map(Answer::ok);
    }

    Future<Answer> rollout(Call call) {
        FunctionName name = call.function();
        int id = call.number("deployment", 0, 1, Integer.MAX_VALUE);
        var wait = Duration.ofMillis(call.number("wait_ms", 0, 0, WAIT_MS_MAX));
        return store.deployments(name, Long.MAX_VALUE, Api.LIST_MAX)
                .map(deployments -> pick(name, id, deployments))
                .compose(deployment -> sync.rollouts().settled(name, deployment, wait))
                .map(Answer::ok);
    }

    private static Deployment pick(FunctionName name, int id, List<Deployment> deployments) {
        if (deployments.isEmpty()) {
            throw unknown("nothing of %s is deployed".formatted(name));
        }
        return deployments.stream()
                .filter(deployment -> id == 0 || deployment.id() == id)
                .findFirst()
                .orElseThrow(
                        () ->
                                unknown(
                                        "%s has no deployment %d: the newest is %d"
                                                .formatted(name, id, deployments.getFirst().id())));
    }

    private static Refusal unknown(String detail) {
        return Refusal.of(404, "unknown-deployment", "Unknown deployment", detail);
    }
}
