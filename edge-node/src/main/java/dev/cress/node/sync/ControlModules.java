package dev.cress.node.sync;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.cress.contract.Bundle;
import dev.cress.contract.Sha256;
import dev.cress.node.state.ModuleSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Fetches modules and files from the control plane. Blocks, on the staging thread.
public final class ControlModules implements ModuleSource, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);

    /// The slowest line that a module is still waited for.
    private static final long BYTES_PER_SECOND_MIN = 64 * 1024;

    private final URI control;
    private final Credential credential;
    private final Duration answerMax;
    private @Nullable HttpClient client;
    private boolean closed;

    public ControlModules(URI control, Credential credential) {
        this(control, credential, ANSWER_MAX);
    }

    /// @param answerMax for the whole answer, on top of what its bytes may take
    ControlModules(URI control, Credential credential, Duration answerMax) {
        this.control = control;
        this.credential = credential;
        this.answerMax = answerMax;
    }

    @Override
    public byte[] fetch(Sha256 module, long bytes) throws IOException, InterruptedException {
        URI at = control.resolve("/v1/modules/" + module.hex());
        byte[] fetched =
                fetch(
                        at,
                        bytes,
                        BodySubscribers::ofByteArray,
                        BodySubscribers.replacing(new byte[0]));
        requireSize(at, fetched.length, bytes);
        return fetched;
    }

    @Override
    public void fetch(Bundle bundle, Path into) throws IOException, InterruptedException {
        URI at = control.resolve("/v1/assets/" + bundle.sha256().hex());
        fetch(
                at,
                bundle.bytes(),
                () -> BodySubscribers.ofFile(into, CREATE, TRUNCATE_EXISTING, WRITE),
                BodySubscribers.replacing(into));
        requireSize(at, Files.size(into), bundle.bytes());
    }

    private <T> T fetch(
            URI at, long bytes, Supplier<BodySubscriber<T>> body, BodySubscriber<T> ofAnError)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(at);
        credential.header().ifPresent(header -> request.header("authorization", header));
        var answer =
                client().sendAsync(
                                request.build(),
                                head ->
                                        head.statusCode() == 200
                                                ? BodySubscribers.limiting(body.get(), bytes)
                                                : ofAnError);
        try {
            HttpResponse<T> response = answer.get(max(bytes).toMillis(), MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new IOException("%s answered %d".formatted(at, response.statusCode()));
            }
            return response.body();
        } catch (ExecutionException e) {
            throw new IOException("%s can't be fetched: %s".formatted(at, e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException(
                    "%s did not answer within %d ms".formatted(at, max(bytes).toMillis()), e);
        } finally {
            answer.cancel(true);
        }
    }

    /// The client's own timeout ends with the answer's head, and a body that stops coming would
    /// hold the staging thread for ever.
    private Duration max(long bytes) {
        return answerMax.plusMillis(bytes * 1000 / BYTES_PER_SECOND_MIN);
    }

    private static void requireSize(URI at, long size, long expected) throws IOException {
        if (size != expected) {
            throw new IOException("%s is not %d bytes long".formatted(at, expected));
        }
    }

    /// Made when it is first needed: it reads the certificates that the platform trusts, 80 ms of
    /// the start of a node that has everything on its disk.
    private synchronized HttpClient client() throws IOException {
        if (closed) {
            throw new IOException("the node closes");
        }
        HttpClient made = client;
        if (made == null) {
            var builder =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(CONNECT_TIMEOUT);
            credential.identity().ifPresent(identity -> builder.sslContext(identity.tls()));
            made = builder.build();
            client = made;
        }
        return made;
    }

    /// Ends what is being fetched.
    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.shutdownNow();
        }
    }
}
