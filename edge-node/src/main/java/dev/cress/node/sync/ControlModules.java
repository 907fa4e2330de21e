package dev.cress.node.sync;

import dev.cress.contract.Bundle;
import dev.cress.contract.Sha256;
import dev.cress.node.state.ModuleSource;
import dev.cress.wasm.guest.Wanted;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Fetches modules, their images and files from the control plane. Blocks; each file is fetched by
/// one thread at a time.
public final class ControlModules implements ModuleSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlModules.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    private final URI control;
    private final Credential credential;
    private final Download.Patience patience;
    private final Optional<ControlImages> images;
    private @Nullable HttpClient client;
    private boolean closed;

    /// One that has no images.
    public ControlModules(URI control, Credential credential) {
        this(control, credential, Download.Patience.DEFAULT);
    }

    public ControlModules(URI control, Credential credential, ImageTrust trust) {
        this(
                control,
                credential,
                Download.Patience.DEFAULT,
                Optional.of(
                        new ControlImages(control, credential, Download.Patience.DEFAULT, trust)));
    }

    ControlModules(URI control, Credential credential, Download.Patience patience) {
        this(control, credential, patience, Optional.empty());
    }

    private ControlModules(
            URI control,
            Credential credential,
            Download.Patience patience,
            Optional<ControlImages> images) {
        this.control = control;
        this.credential = credential;
        this.patience = patience;
        this.images = images;
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
        try {
            HttpClient over = client();
            ControlImages from = images.get();
            return from.ask(over, module, wanted)
                    .map(said -> folder -> from.fetch(over, said, wanted, folder));
        } catch (IOException e) {
            LOG.debug("no image: {}", e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void imageRefused(Sha256 module, String why) {
        images.ifPresent(known -> known.refused(module, why));
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
            credential.identity().ifPresent(identity -> builder.sslContext(identity.tls(control)));
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
