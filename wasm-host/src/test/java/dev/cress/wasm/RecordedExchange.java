package dev.cress.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An exchange in memory that remembers what the guest answered.
final class RecordedExchange implements GuestExchange {
    private final GuestRequest request;
    private final ByteArrayInputStream body;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final List<String> logged = new ArrayList<>();
    private LogLevel logLevel = LogLevel.INFO;
    private @Nullable ResponseHead head;

    private RecordedExchange(GuestRequest request, byte[] body) {
        this.request = request;
        this.body = new ByteArrayInputStream(body);
    }

    static RecordedExchange of(GuestRequest request, byte[] body) {
        return new RecordedExchange(request, body);
    }

    static RecordedExchange get(String pathAndQuery) {
        return of("GET", pathAndQuery, new byte[0], List.of(), Map.of());
    }

    static RecordedExchange post(String path, String body) {
        return of("POST", path, body.getBytes(UTF_8), List.of(), Map.of());
    }

    static RecordedExchange of(
            String method,
            String pathAndQuery,
            byte[] body,
            List<Header> headers,
            Map<String, String> config) {
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        String query = mark < 0 ? "" : pathAndQuery.substring(mark + 1);
        var request =
                new GuestRequest(
                        method,
                        "http",
                        "fn.localhost",
                        8080,
                        path,
                        query,
                        "HTTP/1.1",
                        headers,
                        body.length == 0 ? -1 : body.length,
                        "203.0.113.9",
                        new GuestRequest.MatchedRoute("/*", ""),
                        new GuestRequest.Place("fn", 3, "fra-1", "fra", "req-1", "DE", "Berlin"),
                        config);
        return new RecordedExchange(request, body);
    }

    /// The same where the function's log is kept from this level on.
    RecordedExchange keeping(LogLevel level) {
        logLevel = level;
        return this;
    }

    ResponseHead responseHead() {
        if (head == null) {
            throw new AssertionError("the guest gave no head");
        }
        return head;
    }

    boolean answered() {
        return head != null;
    }

    byte[] bodyBytes() {
        return answer.toByteArray();
    }

    String bodyText() {
        return answer.toString(UTF_8);
    }

    String logText() {
        return log.toString(UTF_8);
    }

    /// Each piece behind its level, as in `INFO said\n`.
    List<String> logged() {
        return logged;
    }

    @Override
    public GuestRequest request() {
        return request;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return body.read(into, offset, length);
    }

    @Override
    public void head(ResponseHead answered) {
        head = answered;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        answer.write(from, offset, length);
    }

    @Override
    public LogLevel logLevel() {
        return logLevel;
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        log.writeBytes(text);
        logged.add(level + " " + new String(text, UTF_8));
    }

    @Override
    public void stopped(Outcome outcome) {}
}
