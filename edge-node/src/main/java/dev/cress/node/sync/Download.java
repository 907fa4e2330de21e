package dev.cress.node.sync;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.cress.contract.Sha256;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/// Gets one file by its digest, wherever the control plane is reached at the time. Where a
/// connection breaks off or falls silent, the next goes on from there (RFC 9110 §14, `range` and
/// `if-range`); what has come stays on the disk, also for the next download. Bytes that turn out to
/// be others are thrown away and fetched from the beginning. Blocks; for one thread.
final class Download {
    private static final int PIECE_BYTES = 64 << 10;

    /// The slowest line that a file is still waited for.
    private static final long BYTES_PER_SECOND_MIN = 64 * 1024;

    private final Where where;
    private final Credential credential;
    private final Patience patience;
    private final String path;
    private final Sha256 sha256;
    private final long bytes;
    private final Path into;
    private final long endNs;

    /// Where it is asked for in this attempt.
    private URI from = URI.create("");

    /// Where the control plane is reached: perhaps elsewhere with each attempt.
    interface Where {
        At now() throws IOException;
    }

    /// @param client that trusts whom the node trusts there
    record At(HttpClient client, URI control) {}

    /// What a download puts up with.
    ///
    /// @param silence the longest that nothing comes
    /// @param whole the longest for all attempts together, on top of what the bytes may take
    /// @param attempts requests, the first one included
    /// @param pause before the second attempt; it doubles with each, half of it by chance, so that
    ///     a fleet doesn't ask in step
    record Patience(Duration silence, Duration whole, int attempts, Duration pause) {
        static final Patience DEFAULT =
                new Patience(
                        Duration.ofSeconds(10), Duration.ofSeconds(60), 4, Duration.ofMillis(200));
    }

    /// An answer that another attempt won't change.
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /// What came is not what the digest says.
    static final class Altered extends IOException {
        private static final long serialVersionUID = 1;

        Altered(String message) {
            super(message);
        }
    }

    /// @param path below the control plane's URL
    /// @param bytes that the file has
    /// @param into where it goes, and where its beginning may be
    Download(
            Where where,
            Credential credential,
            Patience patience,
            String path,
            Sha256 sha256,
            long bytes,
            Path into) {
        this.where = where;
        this.credential = credential;
        this.patience = patience;
        this.path = path;
        this.sha256 = sha256;
        this.bytes = bytes;
        this.into = into;
        endNs =
                System.nanoTime()
                        + patience.whole.plusMillis(bytes * 1000 / BYTES_PER_SECOND_MIN).toNanos();
    }

    /// Returns when the file is there, whole and what its digest says.
    void run() throws IOException, InterruptedException {
        Duration pause = patience.pause;
        for (int attempt = 1; ; attempt++) {
            try {
                attempt();
                return;
            } catch (IOException e) {
                boolean last = attempt == patience.attempts || System.nanoTime() - endNs >= 0;
                if (last || e instanceof Refused) {
                    throw e;
                }
            }
            long half = pause.toMillis() / 2;
            Thread.sleep(half + ThreadLocalRandom.current().nextLong(half + 1));
            pause = pause.multipliedBy(2);
        }
    }

    private void attempt() throws IOException, InterruptedException {
        long have = Files.exists(into) ? Files.size(into) : 0;
        if (have < bytes) {
            rest(have);
            have = Files.size(into);
        }
        if (have < bytes) {
            throw new IOException("%s ended after %d of %d bytes".formatted(from, have, bytes));
        }
        Sha256 found = digest();
        if (!found.equals(sha256)) {
            Files.delete(into);
            throw new Altered(
                    "%s of %d bytes arrived as %s".formatted(from, have, found.shortHex()));
        }
    }

    private Sha256 digest() throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = Files.newInputStream(into)) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                digest.update(piece, 0, count);
            }
        }
        return Sha256.ofDigest(digest.digest());
    }

    /// Asks for what is missing, and writes what comes of it.
    private void rest(long have) throws IOException, InterruptedException {
        At at = where.now();
        from = at.control.resolve(path);
        var request = HttpRequest.newBuilder(from);
        credential.header().ifPresent(header -> request.header("authorization", header));
        if (have > 0) {
            request.header("range", "bytes=%d-".formatted(have));
            request.header("if-range", '"' + sha256.hex() + '"');
        }
        try (var sink = new FileSink(into, bytes)) {
            CompletableFuture<HttpResponse<Path>> answer =
                    at.client.sendAsync(request.build(), head -> body(head, have, sink));
            try {
                HttpResponse<Path> response = await(answer, sink);
                requireBytes(response.statusCode());
            } finally {
                answer.cancel(true);
            }
        }
    }

    private BodySubscriber<Path> body(ResponseInfo head, long have, FileSink sink) {
        return switch (head.statusCode()) {
            case 200 -> sink.from(0);
            case 206 -> sink.from(begins(head, have) ? have : FileSink.NOWHERE);
            default -> BodySubscribers.replacing(into);
        };
    }

    private boolean begins(ResponseInfo head, long have) {
        String wanted = "bytes %d-%d/%d".formatted(have, bytes - 1, bytes);
        return head.headers().firstValue("content-range").filter(wanted::equals).isPresent();
    }

    private void requireBytes(int status) throws IOException {
        switch (status) {
            case 200, 206 -> {}
            case 416 -> {
                Files.deleteIfExists(into);
                throw new IOException("%s has less than what came of it".formatted(from));
            }
            default -> {
                String why = "%s answered %d".formatted(from, status);
                throw status < 500 && status != 429 ? new Refused(why) : new IOException(why);
            }
        }
    }

    /// Waits for the end of an answer, for as long as something comes of it.
    private HttpResponse<Path> await(CompletableFuture<HttpResponse<Path>> answer, FileSink sink)
            throws IOException, InterruptedException {
        while (true) {
            long before = sink.came();
            long left = endNs - System.nanoTime();
            try {
                return answer.get(Math.min(patience.silence.toNanos(), left), NANOSECONDS);
            } catch (ExecutionException e) {
                throw new IOException("%s can't be fetched: %s".formatted(from, e.getCause()), e);
            } catch (TimeoutException e) {
                if (endNs - System.nanoTime() <= 0) {
                    throw new IOException(
                            "%s came too slowly: less than %d bytes a second"
                                    .formatted(from, BYTES_PER_SECOND_MIN),
                            e);
                }
                if (sink.came() == before) {
                    throw new IOException(
                            "%s sent nothing for %d ms"
                                    .formatted(from, patience.silence.toMillis()),
                            e);
                }
            }
        }
    }
}
