package dev.cress.node.sync;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/// A file that takes an answer's body from some place on, and no more bytes than it may have. What
/// comes after it was closed is left aside. The client's threads write; thread-safe.
final class FileSink implements AutoCloseable {
    /// Where an answer goes that isn't what was asked for.
    static final long NOWHERE = -1;

    private final Path file;
    private final long bytesMax;
    private final FileChannel channel;
    private long came;

    FileSink(Path file, long bytesMax) throws IOException {
        this.file = file;
        this.bytesMax = bytesMax;
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /// How many bytes came so far.
    synchronized long came() {
        return came;
    }

    /// Takes the body of an answer; what lies behind there goes.
    BodySubscriber<Path> from(long position) {
        return new Body(position);
    }

    private synchronized void begin(long position) throws IOException {
        if (position == NOWHERE) {
            throw new IOException("the answer isn't the part that was asked for");
        }
        channel.truncate(position).position(position);
    }

    private synchronized void write(List<ByteBuffer> buffers) throws IOException {
        for (ByteBuffer buffer : buffers) {
            if (channel.position() + buffer.remaining() > bytesMax) {
                throw new IOException("%s would have more than %d bytes".formatted(file, bytesMax));
            }
            came += buffer.remaining();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }

    private final class Body implements BodySubscriber<Path> {
        private final long position;
        private final CompletableFuture<Path> done = new CompletableFuture<>();
        private Flow.Subscription subscription = NONE;

        Body(long position) {
            this.position = position;
        }

        private static final Flow.Subscription NONE =
                new Flow.Subscription() {
                    @Override
                    public void request(long count) {}

                    @Override
                    public void cancel() {}
                };

        @Override
        public CompletionStage<Path> getBody() {
            return done;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            try {
                begin(position);
                given.request(Long.MAX_VALUE);
            } catch (IOException e) {
                onError(e);
                given.cancel();
            }
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            try {
                write(buffers);
            } catch (IOException e) {
                subscription.cancel();
                onError(e);
            }
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            done.complete(file);
        }
    }
}
