package dev.cress.control.module;

import dev.cress.contract.Filter;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.module.KeptImages.Asked;
import dev.cress.control.module.KeptImages.Kept;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Uploaded;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Images for nodes. What an upload came to is kept; what a version wants otherwise is prepared as
/// soon as there is the version. What is missing all the same, since another server did that or
/// the folder was emptied, is prepared when the first node asks, once for all that ask meanwhile.
/// All of it takes turns with uploads. Lives on the event loop.
public final class PreparedImages {
    /// How long an answer waits for an image that is being prepared.
    static final Duration WAIT_MAX = Duration.ofSeconds(10);

    /// Nodes that wait for answers at once: all of a fleet, a few images each.
    static final int WAITING_MAX = 8_192;

    /// Images that are prepared or wait for that: a module's file each, and a place in the queue.
    public static final int PREPARING_MAX = Preparations.RUNNING_MAX + Preparations.QUEUE_MAX;

    /// Images of one tenant's versions that wait to be prepared before a node asks.
    static final int EXPECTED_MAX = 256;

    /// How long it is known that a module can't be prepared so. No more of these come than
    /// preparations can end meanwhile.
    static final Duration REFUSED_FOR = Duration.ofSeconds(60);

    private static final int RETRY_AFTER_S = 1;

    /// Nodes take turns with tenants as one of them; no tenant's name is empty.
    private static final String NODES = "";

    private static final Logger LOG = LoggerFactory.getLogger(PreparedImages.class);

    private final Vertx vertx;
    private final Path folder;
    private final Optional<KeptImages> kept;
    private final Preparations preparations;
    private final Uploaded stored;
    private final Map<Asked, Future<Kept>> prepared = new HashMap<>();
    private final FairQueue<Expected> expected = new FairQueue<>(EXPECTED_MAX);
    private boolean preparesExpected;
    private int preparing;
    private int waiting;
    private long files;

    /// @param folder for files that live as long as a preparation
    public PreparedImages(
            Vertx vertx,
            Path folder,
            Optional<KeptImages> kept,
            Preparations preparations,
            Uploaded stored) {
        this.vertx = vertx;
        this.folder = folder;
        this.kept = kept;
        this.preparations = preparations;
        this.stored = stored;
    }

    /// Refuses nodes that these images don't fit.
    public void requireBuild(String build) {
        String ours = images().build();
        if (!build.equals(ours)) {
            throw Refusal.of(
                    404,
                    "image-of-another-build",
                    "Image of another build",
                    "images here are of build '%s', not '%s': build your own"
                            .formatted(ours, build));
        }
    }

    private KeptImages images() {
        return kept.orElseThrow(() -> noImage("this server keeps no images"));
    }

    private static Refusal noImage(String why) {
        return Refusal.of(404, "no-image", "No image", why);
    }

    private record Expected(String tenant, Asked asked) {}

    /// Prepares what nodes will ask for, now that there is such a version, and returns at once. One
    /// at a time, tenants in turn; what finds no room waits for a node to ask.
    public void expect(TenantName tenant, Sha256 module, Manifest manifest) {
        if (kept.isEmpty()) {
            return;
        }
        expect(tenant, new Asked(module, manifest.abi(), manifest.snapshot()));
        for (Filter filter : manifest.filters()) {
            expect(tenant, new Asked(filter.module(), Filter.ABI, false));
        }
    }

    private void expect(TenantName tenant, Asked asked) {
        expected.offer(tenant.value(), new Expected(tenant.value(), asked));
        prepareExpected();
    }

    private void prepareExpected() {
        if (preparesExpected) {
            return;
        }
        expected.poll()
                .ifPresent(
                        next -> {
                            preparesExpected = true;
                            find(next.asked)
                                    .compose(
                                            found ->
                                                    found.map(Future::succeededFuture)
                                                            .orElseGet(
                                                                    () ->
                                                                            once(
                                                                                    next.asked,
                                                                                    next.tenant)))
                                    .onFailure(e -> LOG.info("{}: {}", next.asked, e.getMessage()))
                                    .onComplete(
                                            _ -> {
                                                preparesExpected = false;
                                                prepareExpected();
                                            });
                        });
    }

    /// The image as it is kept.
    public Future<Optional<Kept>> find(Asked asked) {
        KeptImages images = images();
        return vertx.executeBlocking(() -> images.find(asked), false);
    }

    /// The image; prepared first if need be. Refused if that takes more than [#WAIT_MAX]: it goes
    /// on, and is there when it is asked for again.
    public Future<Kept> ready(Asked asked) {
        return find(asked)
                .compose(
                        found ->
                                found.map(Future::succeededFuture).orElseGet(() -> awaited(asked)));
    }

    private Future<Kept> awaited(Asked asked) {
        if (waiting >= WAITING_MAX) {
            throw Refusal.overloaded(
                    "%d nodes wait for images, at most %d".formatted(waiting, WAITING_MAX),
                    RETRY_AFTER_S);
        }
        Future<Kept> begun = once(asked, NODES);
        waiting++;
        Promise<Kept> answer = Promise.promise();
        long timer = vertx.setTimer(WAIT_MAX.toMillis(), _ -> answer.tryFail(notYet(asked)));
        begun.onSuccess(answer::tryComplete).onFailure(answer::tryFail);
        return answer.future()
                .onComplete(
                        _ -> {
                            waiting--;
                            vertx.cancelTimer(timer);
                        });
    }

    private static Refusal notYet(Asked asked) {
        return Refusal.of(
                503,
                "image-in-preparation",
                "Image in preparation",
                "the image of module %s is being prepared".formatted(asked.module()),
                Map.of("retry-after", Integer.toString(RETRY_AFTER_S)));
    }

    /// @param turn whose turn it takes, if nobody began with it yet
    private Future<Kept> once(Asked asked, String turn) {
        Future<Kept> under = prepared.get(asked);
        if (under != null) {
            return under;
        }
        if (preparing >= PREPARING_MAX) {
            throw Refusal.overloaded(
                    "%d images wait to be prepared, at most %d".formatted(preparing, PREPARING_MAX),
                    RETRY_AFTER_S);
        }
        preparing++;
        Future<Kept> begun = prepare(asked, turn).onComplete(_ -> preparing--);
        prepared.put(asked, begun);
        begun.onSuccess(_ -> prepared.remove(asked)).onFailure(e -> failed(asked, e));
        return begun;
    }

    private void failed(Asked asked, Throwable why) {
        if (why instanceof Refusal refusal && refusal.problem().status() == 422) {
            vertx.setTimer(REFUSED_FOR.toMillis(), _ -> prepared.remove(asked));
        } else {
            prepared.remove(asked);
        }
    }

    private Future<Kept> prepare(Asked asked, String turn) {
        KeptImages images = images();
        Path path = folder.resolve("image-" + files++);
        return stored.module(asked.module())
                .compose(
                        module ->
                                module.isPresent()
                                        ? write(asked.module(), path)
                                        : Future.failedFuture(
                                                Refusal.unknownModule(asked.module())))
                .compose(
                        _ ->
                                preparations.prepare(
                                        turn,
                                        () -> {
                                            images.prepare(path, asked);
                                            return asked.abi();
                                        },
                                        Promise.<Void>promise().future()))
                .eventually(() -> vertx.fileSystem().delete(path.toString()).otherwiseEmpty())
                .compose(_ -> find(asked))
                .map(
                        found ->
                                found.orElseThrow(
                                        () -> noImage("the image can't be kept: see the log")));
    }

    private Future<Void> write(Sha256 module, Path path) {
        return vertx.fileSystem()
                .open(path.toString(), new OpenOptions().setCreateNew(true))
                .compose(
                        file ->
                                write(module, file, 0)
                                        .eventually(file::close)
                                        .recover(e -> Future.failedFuture(UploadFile.explain(e))));
    }

    private Future<Void> write(Sha256 module, AsyncFile file, int position) {
        return stored.moduleChunk(module, position)
                .compose(
                        chunk ->
                                chunk.isEmpty()
                                        ? Future.succeededFuture()
                                        : file.write(Buffer.buffer(chunk.get()))
                                                .compose(_ -> write(module, file, position + 1)));
    }
}
