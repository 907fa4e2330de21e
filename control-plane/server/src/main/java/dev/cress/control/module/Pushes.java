package dev.cress.control.module;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.control.module.PushedManifest.Descriptor;
import dev.cress.control.store.Actor;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Pushed.Artifact;
import dev.cress.control.store.Pushed.Blob;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;

/// Makes a version of a manifest that a registry tool pushed: its module is checked like any that
/// is uploaded, its settings are read. Traffic stays where it is. Lives on the event loop.
public final class Pushes {
    private final Uploads uploads;
    private final Pushed pushed;
    private final PreparedImages images;

    public Pushes(Uploads uploads, Pushed pushed, PreparedImages images) {
        this.uploads = uploads;
        this.pushed = pushed;
        this.images = images;
    }

    /// A manifest as it came.
    ///
    /// @param tag under which it is to be found, or null
    /// @param sha256 of its bytes
    public record Sent(
            FunctionName function, @Nullable String tag, Sha256 sha256, PushedManifest manifest) {}

    /// Stores the manifest and what it says, or refuses it.
    ///
    /// @param bytes of the manifest
    public Future<Artifact> push(Uploads.Sender sender, Actor actor, Sent sent, byte[] bytes) {
        PushedManifest manifest = sent.manifest;
        return blob(sent.function, manifest.config())
                .compose(_ -> settings(sent.function, manifest))
                .compose(
                        settings ->
                                blob(sent.function, manifest.module())
                                        .compose(
                                                blob ->
                                                        uploads.adopt(
                                                                sender,
                                                                pushed,
                                                                blob,
                                                                settings.abi()))
                                        .compose(
                                                _ -> pushed.put(actor, push(sent, settings), bytes))
                                        .onSuccess(_ -> expect(sent, settings)));
    }

    private void expect(Sent sent, Manifest settings) {
        images.expect(sent.function.tenant(), sent.manifest.module().sha256(), settings);
    }

    private static Pushed.Push push(Sent sent, Manifest settings) {
        var others = new HashSet<Sha256>();
        others.add(sent.manifest.config().sha256());
        sent.manifest.settings().ifPresent(each -> others.add(each.sha256()));
        return new Pushed.Push(
                sent.function,
                sent.tag,
                sent.sha256,
                sent.manifest.mediaType(),
                sent.manifest.module().sha256(),
                settings,
                others);
    }

    private Future<Manifest> settings(FunctionName function, PushedManifest manifest) {
        if (manifest.settings().isEmpty()) {
            return Future.succeededFuture(Manifest.DEFAULT);
        }
        return blob(function, manifest.settings().get())
                .compose(
                        blob -> {
                            if (blob.bytes() > BlobUploads.SIDE_BYTES_MAX) {
                                throw PushedManifest.invalid(
                                        "settings have %d bytes, at most %d"
                                                .formatted(
                                                        blob.bytes(), BlobUploads.SIDE_BYTES_MAX));
                            }
                            return pushed.chunk(blob, 0);
                        })
                .map(chunk -> PushedSettings.read(chunk.orElse(new byte[0])));
    }

    private Future<Blob> blob(FunctionName function, Descriptor named) {
        return pushed.blob(function.tenant(), named.sha256())
                .map(
                        found -> {
                            Blob blob = found.orElseThrow(() -> Pushed.unknownBlob(named.sha256()));
                            if (blob.bytes() != named.bytes()) {
                                throw PushedManifest.invalid(
                                        "blob %s has %d bytes, not %d"
                                                .formatted(
                                                        PushedManifest.text(named.sha256()),
                                                        blob.bytes(),
                                                        named.bytes()));
                            }
                            return blob;
                        });
    }
}
