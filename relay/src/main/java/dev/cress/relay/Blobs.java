package dev.cress.relay;

import dev.cress.contract.Sha256;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// Files by their digest, fetched when somebody asks, once for all who ask meanwhile. None is given
/// out that wasn't seen to be what its digest says: after it came, after a start, and whenever its
/// size or time is another than then. What was asked for least lately goes first. Lives on the
/// event loop, but for [#bytes()]; workers read and check.
///
/// ```text
/// DIGEST         whole and checked
/// DIGEST.part    what has come of one so far: goes on where it broke off, gone after a start
/// ```
final class Blobs {
    /// Downloads at once; others wait.
    static final int FETCHES_MAX = 8;

    /// Downloads that wait.
    static final int WAITING_MAX = 1_000;

    /// Downloads that broke off and are kept, to go on.
    static final int PARTS_MAX = 32;

    private static final String PART = ".part";
    private static final int PIECE_BYTES = 64 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(Blobs.class);

    private final Vertx vertx;
    private final Path folder;
    private final long bytesMax;
    private final Source source;
    private final RelayMetrics metrics;

    /// Least lately asked for first.
    private final LinkedHashMap<Sha256, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<Sha256, Future<Blob>> coming = new HashMap<>();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final LinkedHashMap<Sha256, Path> parts = new LinkedHashMap<>();
    private int fetching;
    private final AtomicLong bytes = new AtomicLong();

    /// Where files come from.
    interface Source {
        /// Writes the file, or what is missing of it there.
        Future<Void> fetch(String path, Sha256 sha256, Path into);
    }

    /// A file that is what its digest says.
    record Blob(Sha256 sha256, Path file, long bytes) {}

    /// @param checked the file's time when it was seen to be whole, or nothing
    private record Kept(long bytes, FileTime checked) {
        private static final FileTime NEVER = FileTime.fromMillis(Long.MIN_VALUE);
    }

    /// Blocks.
    Blobs(Vertx vertx, Path folder, long bytesMax, Source source, RelayMetrics metrics) {
        this.vertx = vertx;
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.source = source;
        this.metrics = metrics;
        try {
            for (Path file : byTime(folder)) {
                String name = String.valueOf(file.getFileName());
                if (name.matches("[0-9a-f]{64}")) {
                    keep(new Sha256(name), new Kept(Files.size(file), Kept.NEVER));
                } else if (name.endsWith(PART)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw DataFolder.unwritable(folder, e);
        }
    }

    private static List<Path> byTime(Path folder) throws IOException {
        var times = new HashMap<Path, FileTime>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Of all that are here.
    long bytes() {
        return bytes.get();
    }

    /// The file, fetched if it isn't here; fails with a [Refused].
    ///
    /// @param path where it is asked for
    Future<Blob> get(String path, Sha256 sha256) {
        Future<Blob> under = coming.get(sha256);
        if (under != null) {
            metrics.hit();
            return under;
        }
        Kept known = kept.get(sha256);
        Future<Blob> begun =
                known == null
                        ? fetched(path, sha256)
                        : vertx.executeBlocking(() -> check(sha256, known))
                                .compose(now -> found(path, sha256, now));
        coming.put(sha256, begun);
        return begun.onComplete(_ -> coming.remove(sha256, begun));
    }

    private Future<Blob> found(String path, Sha256 sha256, Optional<Kept> now) {
        if (now.isEmpty()) {
            forget(sha256);
            return fetched(path, sha256);
        }
        metrics.hit();
        if (kept.containsKey(sha256)) {
            kept.put(sha256, now.get());
        }
        return Future.succeededFuture(blob(sha256, now.get()));
    }

    private Blob blob(Sha256 sha256, Kept file) {
        return new Blob(sha256, folder.resolve(sha256.hex()), file.bytes);
    }

    /// On a worker: the file is as it was when it was checked, or checks well now.
    private Optional<Kept> check(Sha256 sha256, Kept known) {
        Path file = folder.resolve(sha256.hex());
        try {
            var now = new Kept(Files.size(file), Files.getLastModifiedTime(file));
            if (now.equals(known) || digest(file).equals(sha256)) {
                return Optional.of(now);
            }
            LOG.error("{} is not what it was, and is fetched anew", file);
            Files.delete(file);
        } catch (IOException e) {
            LOG.warn("{} can't be read, and is fetched anew: {}", file, e.toString());
        }
        return Optional.empty();
    }

    private Future<Blob> fetched(String path, Sha256 sha256) {
        metrics.miss();
        if (waiting.size() >= WAITING_MAX) {
            return Future.failedFuture(
                    new Refused(
                            503,
                            "overloaded",
                            "%d downloads wait, at most %d"
                                    .formatted(waiting.size(), WAITING_MAX)));
        }
        Promise<Blob> promise = Promise.promise();
        waiting.add(() -> fetch(path, sha256).onComplete(promise));
        next();
        return promise.future();
    }

    private void next() {
        while (fetching < FETCHES_MAX && !waiting.isEmpty()) {
            fetching++;
            waiting.remove().run();
        }
    }

    private Future<Blob> fetch(String path, Sha256 sha256) {
        Path part = folder.resolve(sha256.hex() + PART);
        return source.fetch(path, sha256, part)
                .compose(_ -> vertx.executeBlocking(() -> take(sha256, part)))
                .onSuccess(file -> keep(sha256, file))
                .map(file -> blob(sha256, file))
                .onComplete(
                        done -> {
                            fetching--;
                            if (done.failed()) {
                                keepPart(sha256, part);
                            } else {
                                parts.remove(sha256);
                            }
                            next();
                        });
    }

    /// On a worker: what came takes its place, if it is what was asked for.
    private Kept take(Sha256 sha256, Path part) throws IOException {
        Sha256 found = digest(part);
        if (!found.equals(sha256)) {
            metrics.forged();
            LOG.error("{} of the control plane is {}: thrown away", sha256, found);
            Files.delete(part);
            throw new Refused(
                    502,
                    "wrong-digest",
                    "what came as %s is %s".formatted(sha256.shortHex(), found.shortHex()));
        }
        Path file = folder.resolve(sha256.hex());
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        return new Kept(Files.size(file), Files.getLastModifiedTime(file));
    }

    private void keepPart(Sha256 sha256, Path part) {
        parts.put(sha256, part);
        if (parts.size() > PARTS_MAX) {
            delete(parts.pollFirstEntry().getValue());
        }
    }

    private static Sha256 digest(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                digest.update(piece, 0, count);
            }
        }
        return Sha256.ofDigest(digest.digest());
    }

    private void keep(Sha256 sha256, Kept file) {
        forget(sha256);
        kept.put(sha256, file);
        bytes.addAndGet(file.bytes);
        makeRoom(sha256);
    }

    private void forget(Sha256 sha256) {
        Kept gone = kept.remove(sha256);
        if (gone != null) {
            bytes.addAndGet(-gone.bytes);
        }
    }

    /// A file that is being read is there for its readers until they are done.
    private void makeRoom(Sha256 newest) {
        Iterator<Map.Entry<Sha256, Kept>> oldest = kept.entrySet().iterator();
        while (bytes.get() > bytesMax && oldest.hasNext()) {
            var next = oldest.next();
            if (!next.getKey().equals(newest)) {
                oldest.remove();
                bytes.addAndGet(-next.getValue().bytes);
                delete(folder.resolve(next.getKey().hex()));
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} can't be deleted: {}", file, e.toString());
        }
    }
}
