package dev.cress.control.store;

import dev.cress.contract.Api.Collected;
import dev.cress.control.store.Blobs.Kind;
import dev.cress.control.store.Garbage.Place;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Takes uploaded bytes out of the store that nothing needs ([Garbage]). One server at a time does
/// it, under a lease; each step is a transaction of its own, so that nobody waits long. May be
/// called from any thread.
public final class Collector {
    /// How long stays what was uploaded, or made a version, and is deployed nowhere.
    public static final Duration KEPT = Duration.ofDays(7);

    /// Steps that take out pieces, in one run: 4 GiB.
    static final int CHUNK_STEPS_MAX = 256;

    /// Steps that give space back to the disk, in one run.
    static final int SPACE_STEPS_MAX = 512;

    /// Longer than a step takes by far: a server that stands still for as long has lost it.
    private static final Duration LEASE = Duration.ofMinutes(1);

    private static final String NAME = "blob-collection";

    private final Store store;
    private final Counter collected;

    public Collector(Store store, MeterRegistry meters) {
        this.store = store;
        collected =
                Counter.builder("cress.control.collected")
                        .description("bytes that left the store, since nothing needed them")
                        .baseUnit("bytes")
                        .register(meters);
    }

    /// Takes out what is older than this, if no other server is at it.
    ///
    /// @param kept for what is young
    /// @param actor who asks, for the audit log, or null for the program itself
    /// @return what went, or nothing if another server is at it
    public Future<Optional<Collected>> collect(Duration kept, @Nullable Actor actor) {
        return store.acquire(NAME, LEASE)
                .compose(
                        lease ->
                                lease.map(held -> run(new Run(held, kept, actor, collected)))
                                        .orElse(Future.succeededFuture(Optional.empty())));
    }

    private Future<Optional<Collected>> run(Run run) {
        Promise<Optional<Collected>> done = Promise.promise();
        next(run, done);
        return done.future().eventually(() -> store.release(run.lease));
    }

    /// Not by composing futures: each would be inside the one before, some thousands deep.
    private void next(Run run, Promise<Optional<Collected>> done) {
        var step = run.step();
        if (step.isEmpty()) {
            done.complete(Optional.of(run.collected()));
            return;
        }
        store.under(run.lease, step.get())
                .compose(after -> store.renew(run.lease, LEASE).map(after))
                .onSuccess(
                        after -> {
                            after.run();
                            next(run, done);
                        })
                .onFailure(done::fail);
    }

    /// How far a run is. Its steps are made on the store's thread, perhaps more than once; what
    /// they answer is noted afterwards.
    private static final class Run {
        private final Lease lease;
        private final Duration kept;
        private final Counter counter;
        private @Nullable Actor actor;
        private Optional<Place> holdings = Optional.of(Place.FIRST);
        private Optional<Garbage.Manifest> manifests = Optional.of(Garbage.Manifest.FIRST);

        /// The kinds of bytes that are still to be looked at, and where the first of them goes on.
        private final List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));

        private String after = "";
        private boolean chunksLeft = true;
        private boolean spaceLeft = true;
        private int chunkSteps;
        private int spaceSteps;
        private final Map<Kind, Integer> gone = new EnumMap<>(Kind.class);
        private long bytesGone;

        Run(Lease lease, Duration kept, @Nullable Actor actor, Counter counter) {
            this.lease = lease;
            this.kept = kept;
            this.actor = actor;
            this.counter = counter;
        }

        Collected collected() {
            return new Collected(
                    gone.getOrDefault(Kind.MODULE, 0),
                    gone.getOrDefault(Kind.BUNDLE, 0),
                    bytesGone,
                    !chunksLeft);
        }

        /// The next transaction, which answers what to note when it has committed.
        Optional<Function<Tables, Runnable>> step() {
            var who = actor;
            if (who != null) {
                return Optional.of(
                        tables -> {
                            tables.audit().append(who, AuditLog.DONE, 0, 1);
                            return () -> actor = null;
                        });
            }
            if (holdings.isPresent()) {
                Place after = holdings.get();
                return Optional.of(
                        tables -> {
                            var next = garbage(tables).holdings(after, kept);
                            return () -> holdings = next;
                        });
            }
            if (manifests.isPresent()) {
                Garbage.Manifest from = manifests.get();
                return Optional.of(
                        tables -> {
                            var next = garbage(tables).pushed(from);
                            return () -> manifests = next;
                        });
            }
            if (!kinds.isEmpty()) {
                Kind kind = kinds.getFirst();
                String from = after;
                return Optional.of(
                        tables -> {
                            var found = garbage(tables).unheld(kind, from);
                            return () -> note(kind, found);
                        });
            }
            return pieces();
        }

        private void note(Kind kind, Garbage.Found found) {
            gone.merge(kind, found.count(), Integer::sum);
            bytesGone += found.bytes();
            counter.increment((double) found.bytes());
            after = found.next().orElse("");
            if (found.next().isEmpty()) {
                kinds.removeFirst();
            }
        }

        private Optional<Function<Tables, Runnable>> pieces() {
            if (chunksLeft && chunkSteps < CHUNK_STEPS_MAX) {
                return Optional.of(
                        tables -> {
                            boolean more =
                                    Stream.of(Kind.values()).anyMatch(garbage(tables)::chunks);
                            return () -> {
                                chunksLeft = more;
                                chunkSteps++;
                            };
                        });
            }
            if (spaceLeft && spaceSteps < SPACE_STEPS_MAX) {
                return Optional.of(
                        tables -> {
                            var transaction = tables.transaction();
                            boolean more = transaction.dialect().giveBack(transaction);
                            return () -> {
                                spaceLeft = more;
                                spaceSteps++;
                            };
                        });
            }
            return Optional.empty();
        }

        private static Garbage garbage(Tables tables) {
            return new Garbage(tables.transaction(), tables.log());
        }
    }
}
