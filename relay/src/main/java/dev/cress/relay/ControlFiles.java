package dev.cress.relay;

import dev.cress.contract.BundleIndex;
import dev.cress.contract.Sha256;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Asks the control plane for files, with the relay's own credential. A download that breaks off or
/// falls silent goes on where it was (RFC 9110 §14). Lives on the event loop.
final class ControlFiles implements Blobs.Source {
    /// Requests for one file, the first included.
    static final int ATTEMPTS_MAX = 4;

    private static final long PAUSE_MS = 200;
    private static final int CONNECT_TIMEOUT_MS = 3_000;

    /// The longest that nothing comes.
    private static final int SILENCE_MAX_S = 10;

    /// Connections: downloads, and what is passed through.
    private static final int CONNECTIONS_MAX = 64;

    /// Requests that wait for one.
    private static final int WAITING_MAX = 1_000;

    private final Vertx vertx;
    private final RelayConfig config;
    private final Supplier<URI> where;
    private final RelayMetrics metrics;
    private final HttpClient client;

    /// @param where the relay's session is, or was last
    ControlFiles(Vertx vertx, RelayConfig config, Supplier<URI> where, RelayMetrics metrics) {
        this.vertx = vertx;
        this.where = where;
        this.config = config;
        this.metrics = metrics;
        var options =
                new HttpClientOptions()
                        .setConnectTimeout(CONNECT_TIMEOUT_MS)
                        .setReadIdleTimeout(SILENCE_MAX_S)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS);
        config.identity()
                .ifPresent(
                        identity ->
                                options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                        .setKeyCertOptions(KeyCertOptions.wrap(identity.keys()))
                                        .setTrustOptions(TrustOptions.wrap(identity.trusted())));
        client =
                vertx.createHttpClient(
                        options,
                        new PoolOptions()
                                .setHttp1MaxSize(CONNECTIONS_MAX)
                                .setMaxWaitQueueSize(WAITING_MAX));
    }

    /// A request that has yet to be sent.
    Future<HttpClientRequest> request(String pathAndQuery) {
        URI control = where.get();
        boolean tls = "https".equals(control.getScheme());
        return client.request(
                        new RequestOptions()
                                .setMethod(HttpMethod.GET)
                                .setHost(control.getHost())
                                .setPort(
                                        control.getPort() >= 0 ? control.getPort() : tls ? 443 : 80)
                                .setSsl(tls)
                                .setURI(pathAndQuery))
                .onSuccess(
                        request -> {
                            if (config.identity().isEmpty()) {
                                request.putHeader("authorization", "Bearer " + config.joinToken());
                            }
                        });
    }

    @Override
    public Future<Void> fetch(String path, Sha256 sha256, Path into) {
        return attempt(path, sha256, into, 1);
    }

    private Future<Void> attempt(String path, Sha256 sha256, Path into, int number) {
        return size(into)
                .compose(have -> rest(path, sha256, into, have))
                .recover(
                        fault -> {
                            boolean final_ = fault instanceof Refused;
                            if (final_ || number == ATTEMPTS_MAX) {
                                return Future.failedFuture(final_ ? fault : failed(path, fault));
                            }
                            return pause(number)
                                    .compose(_ -> attempt(path, sha256, into, number + 1));
                        });
    }

    private static Refused failed(String path, Throwable fault) {
        return new Refused(
                502,
                "control-plane-away",
                "%s can't be fetched: %s".formatted(path, fault.getMessage()));
    }

    /// It doubles with each attempt, half of it by chance.
    private Future<Void> pause(int number) {
        long half = (PAUSE_MS << (number - 1)) / 2;
        Promise<Void> over = Promise.promise();
        vertx.setTimer(half + ThreadLocalRandom.current().nextLong(half + 1), _ -> over.complete());
        return over.future();
    }

    private Future<Long> size(Path file) {
        String name = file.toString();
        return vertx.fileSystem()
                .exists(name)
                .compose(
                        there ->
                                there
                                        ? vertx.fileSystem().props(name).map(props -> props.size())
                                        : Future.succeededFuture(0L));
    }

    /// Asks for what is missing, and writes what comes of it.
    private Future<Void> rest(String path, Sha256 sha256, Path into, long have) {
        return request(path)
                .compose(
                        request -> {
                            if (have > 0) {
                                request.putHeader("range", "bytes=%d-".formatted(have))
                                        .putHeader("if-range", '"' + sha256.hex() + '"');
                            }
                            return request.send();
                        })
                .compose(answer -> write(path, answer, into, have));
    }

    private Future<Void> write(String path, HttpClientResponse answer, Path into, long have) {
        answer.pause();
        long from;
        try {
            from = begin(path, answer, have);
        } catch (RuntimeException e) {
            answer.resume();
            return e instanceof Whole ? Future.succeededFuture() : Future.failedFuture(e);
        }
        var options =
                new OpenOptions().setCreate(true).setWrite(true).setTruncateExisting(from == 0);
        return vertx.fileSystem()
                .open(into.toString(), options)
                .compose(
                        file -> {
                            file.setWritePos(from);
                            return answer.pipe()
                                    .endOnFailure(true)
                                    .to(file)
                                    .onComplete(_ -> metrics.fetched(file.getWritePos() - from));
                        });
    }

    /// Nothing of the file is missing.
    private static final class Whole extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// Where in the file the answer's bytes begin.
    private static long begin(String path, HttpClientResponse answer, long have) {
        switch (answer.statusCode()) {
            case 200 -> {
                require(path, length(answer));
                return 0;
            }
            case 206 -> {
                String range = String.valueOf(answer.getHeader("content-range"));
                if (!range.startsWith("bytes %d-".formatted(have))) {
                    throw new IllegalStateException("the answer isn't the part that was asked for");
                }
                require(path, have + length(answer));
                return have;
            }
            case 416 -> throw new Whole();
            case 404 -> throw new Refused(404, "unknown-file", "there is nothing at " + path);
            default ->
                    throw new IllegalStateException(
                            "the control plane answered " + answer.statusCode());
        }
    }

    private static void require(String path, long bytes) {
        if (bytes > BundleIndex.BYTES_MAX) {
            throw new Refused(
                    502,
                    "file-too-large",
                    "%s has %d bytes, at most %d".formatted(path, bytes, BundleIndex.BYTES_MAX));
        }
    }

    private static long length(HttpClientResponse answer) {
        String said = answer.getHeader("content-length");
        if (said == null) {
            throw new IllegalStateException("the answer doesn't say how long it is");
        }
        return Long.parseLong(said);
    }
}
