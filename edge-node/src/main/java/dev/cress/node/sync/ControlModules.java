package dev.cress.node.sync;

import dev.cress.contract.Bundle;
import dev.cress.contract.Sha256;
import dev.cress.node.state.ModuleSource;
import dev.cress.wasm.guest.Wanted;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Fetches modules, their images and files from the control plane. Blocks; each file is fetched by
/// one thread at a time.
public final class ControlModules implements ModuleSource, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    private final Supplier<URI> control;
    private final Credential credential;
    private final Download.Patience patience;
    private final Optional<ControlImages> images;

    /// Whom a client trusts depends on the way.
    private final Map<URI, HttpClient> clients = new HashMap<>();

    private boolean closed;

    /// One that has no images.
    public ControlModules(URI control, Credential credential) {
        this(control, credential, Download.Patience.DEFAULT);
    }

    /// @param control where the node's session is, or was last
    public ControlModules(Supplier<URI> control, Credential credential, ImageTrust trust) {
        this.control = control;
        this.credential = credential;
        patience = Download.Patience.DEFAULT;
        images = Optional.of(new ControlImages(this::now, credential, patience, trust));
    }

    ControlModules(URI control, Credential credential, Download.Patience patience) {
        this(() -> control, credential, patience);
    }

    ControlModules(Supplier<URI> control, Credential credential, Download.Patience patience) {
        this.control = control;
        this.credential = credential;
        this.patience = patience;
        images = Optional.empty();
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

    @Override
    public Optional<Prepared> prepared(Sha256 module, Wanted wanted) throws InterruptedException {
        if (images.isEmpty()) {
            return Optional.empty();
        }
        ControlImages from = images.get();
        return from.ask(module, wanted).map(said -> folder -> from.fetch(said, wanted, folder));
    }

    @Override
    public void imageRefused(Sha256 module, String why) {
        images.ifPresent(known -> known.refused(module, why));
    }

    private void fetch(String path, Sha256 sha256, long bytes, Path into)
            throws IOException, InterruptedException {
        new Download(this::now, credential, patience, path + sha256.hex(), sha256, bytes, into)
                .run();
    }

    /// A client is made when it is first needed: it reads the certificates that the platform
    /// trusts, 80 ms of the start of a node that has everything on its disk.
    private synchronized Download.At now() throws IOException {
        if (closed) {
            throw new IOException("the node closes");
        }
        URI at = control.get();
        return new Download.At(clients.computeIfAbsent(at, this::client), at);
    }

    private HttpClient client(URI at) {
        var builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT);
        credential.identity().ifPresent(identity -> builder.sslContext(identity.tls(at)));
        return builder.build();
    }

    /// Ends what is being fetched.
    @Override
    public synchronized void close() {
        closed = true;
        clients.values().forEach(HttpClient::shutdownNow);
    }
}
