package dev.cress.bench;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// A request whose body is at hand and whose answer is only counted: no network in the figures.
final class Exchange implements GuestExchange {
    private final GuestRequest request;
    private final byte[] body;
    private final StringBuilder log = new StringBuilder();
    private int bodyRead;
    private int status;
    private int answerBytes;
    private long headNanos;
    private @Nullable ByteArrayOutputStream kept;

    Exchange(GuestRequest request, byte[] body) {
        this.request = request;
        this.body = body;
    }

    /// Of the answer; 0 while there is none.
    int status() {
        return status;
    }

    /// Of the answer's body.
    int answerBytes() {
        return answerBytes;
    }

    /// From now on [#answer] has the answer's body.
    void keepAnswer() {
        kept = new ByteArrayOutputStream();
    }

    /// The answer's body, if it was kept.
    String answer() {
        return kept == null ? "" : kept.toString(StandardCharsets.UTF_8);
    }

    /// When the answer's head was there, on [System#nanoTime]'s clock.
    long headNanos() {
        return headNanos;
    }

    String logged() {
        return log.toString();
    }

    @Override
    public GuestRequest request() {
        return request;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int count = Math.min(length, body.length - bodyRead);
        if (count == 0) {
            return -1;
        }
        System.arraycopy(body, bodyRead, into, offset, count);
        bodyRead += count;
        return count;
    }

    @Override
    public void head(ResponseHead head) {
        headNanos = System.nanoTime();
        status = head.status();
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        answerBytes += length;
        if (kept != null) {
            kept.write(from, offset, length);
        }
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        log.append(new String(text, StandardCharsets.UTF_8));
    }

    @Override
    public void stopped(Outcome outcome) {
        // nothing here ever blocks
    }
}
