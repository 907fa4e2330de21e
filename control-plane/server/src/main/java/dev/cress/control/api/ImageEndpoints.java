package dev.cress.control.api;

import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.SignedImage;
import dev.cress.control.module.KeptImages.Asked;
import dev.cress.control.module.KeptImages.Kept;
import dev.cress.control.module.PreparedImages;
import dev.cress.control.store.Refusal;
import dev.cress.control.sync.Sync;

import io.vertx.core.Future;
import io.vertx.core.file.FileSystemException;

import java.io.FileNotFoundException;

/// Images for nodes: first what there is and who vouches for it, then its bytes, from the file as
/// they are. Lives on the event loop.
final class ImageEndpoints {
    private final PreparedImages images;
    private final Sync sync;

    ImageEndpoints(PreparedImages images, Sync sync) {
        this.images = images;
        this.sync = sync;
    }

    Future<Answer> describe(Call call) {
        var asked = asked(call);
        String build = call.request().getParam("build");
        if (build == null) {
            throw Refusal.invalid("invalid-value", "query parameter build is missing");
        }
        images.requireBuild(build);
        return images.ready(asked)
                .map(
                        kept ->
                                Answer.ok(
                                        sync.sign(
                                                new SignedImage(
                                                        build,
                                                        asked.module(),
                                                        asked.abi(),
                                                        asked.snapshot(),
                                                        kept.sha256(),
                                                        kept.bytes()))));
    }

    private static Asked asked(Call call) {
        return new Asked(
                new Sha256(call.argument()),
                call.oneOf("abi", Manifest.AUTO, Manifest.ABIS),
                call.flag("snapshot"));
    }

    Future<Answer> download(Call call) {
        var sha256 = new Sha256(call.argument(1));
        return images.find(asked(call))
                .map(
                        found ->
                                found.filter(kept -> kept.sha256().equals(sha256))
                                        .orElseThrow(() -> unknown(sha256)))
                .compose(kept -> send(call, kept))
                .map(Answer.STREAMED);
    }

    private static Future<Void> send(Call call, Kept kept) {
        var part =
                ModuleEndpoints.begin(
                        call, "application/octet-stream", kept.sha256(), kept.bytes());
        return call.response()
                .sendFile(kept.file().toString(), part.first(), part.length())
                .recover(e -> Future.failedFuture(isGone(e) ? unknown(kept.sha256()) : e));
    }

    private static boolean isGone(Throwable fault) {
        return fault instanceof FileNotFoundException
                || (fault instanceof FileSystemException
                        && fault.getCause() instanceof FileNotFoundException);
    }

    private static Refusal unknown(Sha256 image) {
        return Refusal.of(
                404,
                "unknown-image",
                "Unknown image",
                "image %s is not here any more: ask what there is".formatted(image));
    }
}
