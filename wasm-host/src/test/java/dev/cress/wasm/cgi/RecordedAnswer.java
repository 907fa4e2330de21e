package dev.cress.wasm.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// The half of an exchange that a guest answers to.
final class RecordedAnswer implements GuestExchange {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    final List<String> log = new ArrayList<>();
    private @Nullable ResponseHead head;

    int status() {
        return head == null ? 0 : head.status();
    }

    List<Header> headers() {
        return head == null ? List.of() : head.headers();
    }

    String body() {
        return body.toString(ISO_8859_1);
    }

    @Override
    public void head(ResponseHead given) {
        if (head != null) {
            throw new AssertionError("a second head");
        }
        head = given;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        if (head == null) {
            throw new AssertionError("body before the head");
        }
        body.write(from, offset, length);
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        log.add(new String(text, ISO_8859_1));
    }

    @Override
    public GuestRequest request() {
        throw new AssertionError("not asked for");
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return -1;
    }

    @Override
    public void stopped(Outcome outcome) {}
}
