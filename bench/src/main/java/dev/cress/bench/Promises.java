package dev.cress.bench;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Warmup;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One function that a client changes again and again, and what the control plane's answers
/// promised of it. Used by one thread at a time.
final class Promises {
    /// Faces of the dice that decides what comes next: 0 the end, up to 4 the way back.
    private static final int DICE = 20;

    private static final int BACK_MAX = 4;

    /// How many versions the way back may go.
    private static final int VERSIONS_BACK = 3;

    private static final Limits LIMITS = new Limits(0, 0, 16, 0);
    private static final Warmup NONE = new Warmup("", "", "", 0);

    private final String path;
    private final ControlApi api;
    private final Sha256 module;
    private final RandomGenerator random;
    private int made;
    private int firstVersion;
    private int newestVersion;
    private int newestId;
    private long revision;

    /// What the last answer said stands, null if that is nothing.
    private @Nullable Deployment stands;

    /// Whether a change was sent that nobody answered.
    private boolean open;

    Promises(String name, ControlApi api, Sha256 module, RandomGenerator random) {
        this.path = "/v1/functions/" + name;
        this.api = api;
        this.module = module;
        this.random = random;
    }

    /// The last revision that an answer named.
    long revision() {
        return revision;
    }

    /// The version that has all of the traffic, 0 for none.
    int live() {
        return stands == null ? 0 : stands.stableVersion();
    }

    /// Makes one change: mostly a version, sometimes the way back, now and then the end. That one
    /// isn't answered is thrown, and remembered.
    void change() throws IOException {
        open = true;
        int dice = random.nextInt(DICE);
        if (stands == null || dice > BACK_MAX) {
            deploy();
        } else if (dice > 0) {
            int oldest = Math.max(firstVersion, newestVersion - VERSIONS_BACK);
            var back = new Api.NewDeployment(random.nextInt(oldest, newestVersion + 1), Share.ALL);
            stand(Json.read(api.post(path + "/deployments", back), Api.Deployed.class));
        } else {
            revision = Json.read(api.delete(path), Api.Deleted.class).revision();
            stands = null;
        }
        open = false;
    }

    private void deploy() throws IOException {
        var manifest =
                new Manifest("auto", List.of(), LIMITS, Map.of("N", "%d".formatted(made++)), NONE);
        var version = new Api.NewVersion(module, manifest, Share.ALL);
        var created = Json.read(api.post(path + "/versions", version), Api.VersionCreated.class);
        newestVersion = created.version().number();
        firstVersion = stands == null ? newestVersion : firstVersion;
        stand(Objects.requireNonNull(created.deployed()));
    }

    private void stand(Api.Deployed deployed) {
        stands = deployed.deployment();
        newestId = Math.max(newestId, stands.id());
        revision = deployed.revision();
    }

    /// Compares what the control plane has with what it answered, and goes on from there.
    ///
    /// @return what is wrong, empty if nothing is
    Optional<String> check() throws IOException {
        var found = api.find(path).map(text -> Json.read(text, Api.FunctionInfo.class));
        Deployment now = found.map(Api.FunctionInfo::deployment).orElse(null);
        boolean kept = Objects.equals(now, stands);
        boolean wentOn = open && (now == null || now.id() == newestId + 1);
        Optional<String> wrong =
                kept || wentOn
                        ? Optional.empty()
                        : Optional.of("%s: answered %s, kept %s".formatted(path, stands, now));
        if (now != null) {
            newestVersion = found.orElseThrow().versions().getFirst().number();
            firstVersion = stands == null ? newestVersion : firstVersion;
            newestId = Math.max(newestId, now.id());
        }
        stands = now;
        open = false;
        return wrong;
    }
}
