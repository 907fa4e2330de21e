package dev.cress.node.sync;

import dev.cress.contract.Version;
import dev.cress.node.state.ModuleSource;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Fetches modules from the control plane. Blocks, on the staging thread.
public final class ControlModules implements ModuleSource {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final URI control;
    private final String token;

    public ControlModules(URI control, String token) {
        this.control = control;
        this.token = token;
    }

    @Override
    public byte[] fetch(Version version) throws IOException, InterruptedException {
        URI at = control.resolve("/v1/modules/" + version.module().hex());
        HttpRequest request =
                HttpRequest.newBuilder(at)
                        .timeout(FETCH_TIMEOUT)
                        .header("authorization", "Bearer " + token)
                        .build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var body = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException("%s answered %d".formatted(at, response.statusCode()));
            }
            byte[] bytes =
                    body.readNBytes((int) Math.min(version.moduleBytes() + 1, Integer.MAX_VALUE));
            if (bytes.length != version.moduleBytes()) {
                throw new IOException(
                        "%s is not %d bytes long".formatted(at, version.moduleBytes()));
            }
            return bytes;
        }
    }
}
