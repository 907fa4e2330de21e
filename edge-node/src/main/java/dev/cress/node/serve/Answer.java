package dev.cress.node.serve;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// A guest's answer on its way from its thread to the event loop. It is held until it is whole or
/// [#HELD_BYTES] long: till then a failure becomes an error of ours; after that it resets the
/// stream, never a clean end. [#head] and [#write] are the guest thread's, [#stop] anybody's, the
/// rest the event loop's.
final class Answer {
    static final int HELD_BYTES = 64 * 1024;

    /// Bytes that were handed to the event loop and not yet taken by the socket; the guest waits
    /// beyond.
    static final int IN_FLIGHT_BYTES_MAX = 256 * 1024;

    private static final long LENGTH_UNKNOWN = -1;

    private final Context context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Consumer<HttpServerResponse> ourHeaders;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Buffer held = Buffer.buffer();
    private @Nullable ResponseHead head;
    private boolean streaming;
    private boolean stopped;
    private boolean over;
    private long inFlight;
    private long declared = LENGTH_UNKNOWN;
    private long sent;

    /// @param ourHeaders puts the node's own headers on the response
    Answer(Context context, HttpServerRequest request, Consumer<HttpServerResponse> ourHeaders) {
        this.context = context;
        this.request = request;
        this.response = request.response();
        this.ourHeaders = ourHeaders;
    }

    void head(ResponseHead given) {
        lock.lock();
        try {
            head = given;
        } finally {
            lock.unlock();
        }
    }

    void write(byte[] from, int offset, int length) {
        if (bodyless()) {
            return;
        }
        lock.lock();
        try {
            if (!streaming && held.length() + length <= HELD_BYTES) {
                held.appendBytes(from, offset, length);
                return;
            }
            while (inFlight > IN_FLIGHT_BYTES_MAX && !stopped) {
                changed.awaitUninterruptibly();
            }
            if (stopped) {
                return;
            }
            Buffer piece = streaming ? Buffer.buffer(length) : held;
            piece.appendBytes(from, offset, length);
            held = Buffer.buffer();
            boolean first = !streaming;
            streaming = true;
            inFlight += piece.length();
            context.runOnContext(_ -> stream(first, piece));
        } finally {
            lock.unlock();
        }
    }

    /// What is held goes out now, and what follows as it comes.
    void flush() {
        if (bodyless() || head == null) {
            return;
        }
        lock.lock();
        try {
            if (stopped || (streaming && held.length() == 0)) {
                return;
            }
            Buffer piece = held;
            held = Buffer.buffer();
            boolean first = !streaming;
            streaming = true;
            inFlight += piece.length();
            context.runOnContext(_ -> stream(first, piece));
        } finally {
            lock.unlock();
        }
    }

    /// Whether the answer has no body to send, whatever the guest writes (RFC 9110 §6.4.1).
    private boolean bodyless() {
        ResponseHead given = head;
        return request.method().equals(HttpMethod.HEAD)
                || (given != null && (given.status() == 204 || given.status() == 304));
    }

    private void stream(boolean first, Buffer piece) {
        if (over) {
            return;
        }
        if (first) {
            declared = putHead();
            if (declared != LENGTH_UNKNOWN) {
                response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(declared));
            } else if (request.version() != HttpVersion.HTTP_1_0) {
                response.setChunked(true);
            }
        }
        sent += piece.length();
        if (declared != LENGTH_UNKNOWN && sent > declared) {
            // more than its own content-length: the next answer on this connection would begin in
            // it
            reset();
            return;
        }
        response.write(piece)
                .onComplete(
                        _ -> {
                            lock.lock();
                            try {
                                inFlight -= piece.length();
                                changed.signal();
                            } finally {
                                lock.unlock();
                            }
                        });
    }

    /// Puts status and headers on the response; returns the body's length as the guest declared it.
    private long putHead() {
        ResponseHead given = Objects.requireNonNull(head);
        response.setStatusCode(given.status());
        long length = LENGTH_UNKNOWN;
        for (Header header : given.headers()) {
            if (header.name().equalsIgnoreCase("content-length")) {
                length = length(header.value());
            } else if (HeaderRules.guestMaySet(header.name())) {
                response.headers().add(header.name(), header.value());
            }
        }
        ourHeaders.accept(response);
        return length;
    }

    private static long length(String value) {
        return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : LENGTH_UNKNOWN;
    }

    /// The guest is done. Sends what is left, or what the outcome calls for, and returns the error
    /// that the client heard of, if any.
    @Nullable ErrorAnswer finish(Outcome outcome, Consumer<ErrorAnswer> sendError) {
        ErrorAnswer error = ErrorAnswer.of(outcome);
        if (over) {
            return error;
        }
        over = true;
        if (outcome instanceof Outcome.Abandoned) {
            return null;
        }
        if (error != null) {
            if (streaming) {
                reset();
            } else {
                sendError.accept(error);
            }
            return error;
        }
        if (streaming) {
            endStream();
        } else {
            sendWhole();
        }
        return null;
    }

    private void sendWhole() {
        declared = putHead();
        if (bodyless()) {
            if (request.method().equals(HttpMethod.HEAD) && declared != LENGTH_UNKNOWN) {
                response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(declared));
            }
            response.end();
        } else {
            response.end(held);
        }
    }

    private void endStream() {
        if (declared != LENGTH_UNKNOWN && declared != sent) {
            reset();
        } else {
            response.end();
        }
    }

    /// The answer is an error of ours, whatever the guest does.
    void refuse(Consumer<HttpServerResponse> sendError) {
        if (streaming) {
            reset();
        } else {
            over = true;
            sendError.accept(response);
        }
    }

    /// Breaks the connection off, so that the client can't take what it has for the whole.
    void reset() {
        over = true;
        response.reset().onFailure(_ -> request.connection().close());
    }

    /// Nothing more is sent from here on; a blocked guest comes back. Any thread.
    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The response's status, once it has one.
    int status() {
        return response.getStatusCode();
    }

    boolean isOver() {
        return over;
    }
}
