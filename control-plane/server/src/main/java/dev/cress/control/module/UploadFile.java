package dev.cress.control.module;

import dev.cress.contract.Sha256;
import dev.cress.control.store.Refusal;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.FileSystemException;
import io.vertx.core.streams.ReadStream;

import java.io.IOException;
import java.security.MessageDigest;

/// One body on its way into a file, counted and hashed as it comes, no faster than the disk takes
/// it. Lives on the event loop.
final class UploadFile {
    private final ReadStream<Buffer> body;
    private final String what;
    private final int bytesMax;
    private final MessageDigest digest;
    private final Promise<Void> ended = Promise.promise();
    private long bytes;

    /// Holds the body up until [#into], and hears of its end from now on: a handler that is set
    /// after the sender has gone is told nothing.
    UploadFile(ReadStream<Buffer> body, String what, int bytesMax) {
        this(body, what, bytesMax, Sha256.digest(), 0);
    }

    /// The same for a body that goes on where others ended.
    ///
    /// @param digest of what the file has already, fed from here on
    /// @param bytes of that
    UploadFile(
            ReadStream<Buffer> body, String what, int bytesMax, MessageDigest digest, long bytes) {
        this.body = body;
        this.digest = digest;
        this.bytes = bytes;
        this.what = what;
        this.bytesMax = bytesMax;
        body.exceptionHandler(ended::tryFail);
        body.pause();
    }

    /// What came.
    record Received(Sha256 sha256, long bytes) {}

    Future<Received> into(AsyncFile file) {
        return appendTo(file).map(_ -> new Received(Sha256.ofDigest(digest.digest()), bytes));
    }

    /// How many bytes there are, those included that were there before.
    long bytes() {
        return bytes;
    }

    /// Writes to the file's end, and closes it.
    Future<Void> appendTo(AsyncFile file) {
        file.exceptionHandler(ended::tryFail);
        file.drainHandler(_ -> body.resume());
        if (!ended.future().isComplete()) {
            body.endHandler(_ -> ended.tryComplete());
            body.handler(chunk -> take(chunk, file));
            body.resume();
        }
        return ended.future()
                .transform(end -> end.succeeded() ? file.close() : closeAfter(end.cause(), file));
    }

    private Future<Void> closeAfter(Throwable cause, AsyncFile file) {
        body.resume();
        return file.close().otherwiseEmpty().compose(_ -> Future.failedFuture(cause));
    }

    private void take(Buffer chunk, AsyncFile file) {
        if (ended.future().isComplete()) {
            return;
        }
        bytes += chunk.length();
        if (bytes > bytesMax) {
            ended.tryFail(tooLarge(what, bytes, bytesMax));
            return;
        }
        digest.update(chunk.getBytes());
        file.write(chunk).onFailure(ended::tryFail);
        if (file.writeQueueFull()) {
            body.pause();
        }
    }

    static Refusal tooLarge(String what, long bytes, long bytesMax) {
        return Refusal.tooLarge(what, size(bytes, bytesMax), size(bytesMax, bytesMax));
    }

    /// In MiB as long as that tells the two apart.
    private static String size(long bytes, long bytesMax) {
        boolean whole = bytesMax % (1 << 20) == 0 && bytes >= bytesMax;
        boolean apart = bytes == bytesMax || bytes >> 20 > bytesMax >> 20;
        return whole && apart ? (bytes >> 20) + " MiB" : bytes + " bytes";
    }

    /// A full disk is the client's business to know; other faults stay ours.
    static Throwable explain(Throwable fault) {
        Throwable cause = fault instanceof FileSystemException ? fault.getCause() : fault;
        String message = cause == null ? null : cause.getMessage();
        if (cause instanceof IOException
                && message != null
                && (message.contains("No space left") || message.contains("quota"))) {
            return Refusal.of(
                    507, "storage-full", "Storage full", "the control plane's disk is full");
        }
        return fault;
    }
}
