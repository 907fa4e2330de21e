package dev.cress.node.sync;

import dev.cress.contract.Bundle;
import dev.cress.contract.Sha256;
import dev.cress.node.state.ModuleSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;

/// Fetches modules and files from the control plane. Blocks, on the staging thread.
public final class ControlModules implements ModuleSource, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    private final URI control;
    private final Credential credential;
    private final Download.Patience patience;
    private @Nullable HttpClient client;
    private boolean closed;

    public ControlModules(URI control, Credential credential) {
        this(control, credential, Download.Patience.DEFAULT);
    }

    ControlModules(URI control, Credential credential, Download.Patience patience) {
        this.control = control;
        this.credential = credential;
        this.patience = patience;
    }

    @Override
    public void fetch(Sha256 module, long bytes, Path into)
            throws IOException, InterruptedException {
        fetch("/v1/modules/", module, bytes, into);
    }

    @Override
    public void fetch(Bundle bundle, Path into) throws IOException, InterruptedException {
        fetch("/v1/assets/", bundle.sha256(), bundle.bytes(), into);
    }

    private void fetch(String path, Sha256 sha256, long bytes, Path into)
            throws IOException, InterruptedException {
        URI from = control.resolve(path + sha256.hex());
        new Download(client(), credential, patience, from, sha256, bytes, into).run();
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
