package dev.cress.node.sync;

import dev.cress.contract.Version;
import dev.cress.node.state.ModuleSource;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Fetches modules from the control plane. Blocks, on the staging thread, for as long as a fetch
/// may take: a control plane that stalls must not end all staging.
public final class ControlModules implements ModuleSource, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(60);

    private static final int OK = 200;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final URI control;
    private final String token;
    private final Duration fetchTimeout;

    public ControlModules(URI control, String token) {
        this(control, token, FETCH_TIMEOUT);
    }

    /// @param fetchTimeout from the request to the module's last byte
    ControlModules(URI control, String token, Duration fetchTimeout) {
        this.control = control;
        this.token = token;
        this.fetchTimeout = fetchTimeout;
    }

    @Override
    public byte[] fetch(Version version) throws IOException, InterruptedException {
        URI at = control.resolve("/v1/modules/" + version.module().hex());
        var request = HttpRequest.newBuilder(at).header("authorization", "Bearer " + token).build();
        // a timeout of the request's own would end at the answer's head
        var answer = client.sendAsync(request, body(version.moduleBytes()));
        try {
            return module(at, version, answer.get(fetchTimeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new IOException(
                    "%s did not arrive within %d ms".formatted(at, fetchTimeout.toMillis()), e);
        } catch (ExecutionException e) {
            throw new IOException("%s can't be fetched: %s".formatted(at, e.getCause()), e);
        } finally {
            answer.cancel(true);
        }
    }

    /// As many bytes as the module has; of an error none.
    private static HttpResponse.BodyHandler<byte[]> body(long bytesMax) {
        var module = BodyHandlers.limiting(BodyHandlers.ofByteArray(), bytesMax);
        return head ->
                head.statusCode() == OK
                        ? module.apply(head)
                        : BodySubscribers.replacing(new byte[0]);
    }

    private static byte[] module(URI at, Version version, HttpResponse<byte[]> answer)
            throws IOException {
        if (answer.statusCode() != OK) {
            throw new IOException("%s answered %d".formatted(at, answer.statusCode()));
        }
        if (answer.body().length != version.moduleBytes()) {
            throw new IOException(
                    "%s has %d bytes, not %d"
                            .formatted(at, answer.body().length, version.moduleBytes()));
        }
        return answer.body();
    }

    /// Ends what is being fetched.
    @Override
    public void close() {
        client.shutdownNow();
    }
}
