package dev.cress.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Assets;
import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outbound;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Grants requests to other hosts, remembers them, and answers each in the same way.
final class RecordedOutbound implements Capabilities, Outbound {
    private final ResponseHead head;
    private final byte[] body;
    private final List<Sent> sent = new ArrayList<>();

    /// What a guest sent.
    record Sent(OutboundHead head, ByteArrayOutputStream body) {}

    RecordedOutbound(ResponseHead head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /// The same exchange, which grants this.
    GuestExchange grantedTo(RecordedExchange exchange) {
        return new Granting(exchange, this);
    }

    @Override
    public Outbound outbound() {
        return this;
    }

    @Override
    public OutboundCall begin(OutboundHead request) throws OutboundException {
        if (!request.url().startsWith("http://granted.example/")) {
            throw new OutboundException(
                    OutboundException.Reason.DENIED, "not granted: " + request.url());
        }
        var one = new Sent(request, new ByteArrayOutputStream());
        sent.add(one);
        return new Answering(one.body(), head, new ByteArrayInputStream(body));
    }

    @Override
    public int awaitAny(List<OutboundCall> calls, Duration timeout) {
        return calls.isEmpty() ? NONE_DONE : 0;
    }

    @Override
    public List<String> secretNames() {
        return List.of("GREETING");
    }

    @Override
    public Optional<byte[]> secret(String name) {
        return name.equals("GREETING") ? Optional.of("secret".getBytes(UTF_8)) : Optional.empty();
    }

    @Override
    public Optional<KeyValueStore> keyValueStore(String name) {
        return Optional.empty();
    }

    @Override
    public Assets assets() {
        return Assets.NONE;
    }

    @Override
    public long scratchBytes() {
        return 0;
    }

    @Override
    public Optional<Location> locate(String address) {
        return Optional.empty();
    }

    private record Answering(
            ByteArrayOutputStream sent, ResponseHead response, ByteArrayInputStream answer)
            implements OutboundCall {
        @Override
        public void write(byte[] from, int offset, int length) {
            sent.write(from, offset, length);
        }

        @Override
        public void end() {
            sent.writeBytes("|end".getBytes(UTF_8));
        }

        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return answer.read(into, offset, length);
        }

        @Override
        public void close() {
            sent.writeBytes("|closed".getBytes(UTF_8));
        }
    }

    private record Granting(RecordedExchange exchange, Capabilities capabilities)
            implements GuestExchange {
        @Override
        public GuestRequest request() {
            return exchange.request();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return exchange.read(into, offset, length);
        }

        @Override
        public void head(ResponseHead head) {
            exchange.head(head);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            exchange.write(from, offset, length);
        }

        @Override
        public void log(LogLevel level, byte[] text) {
            exchange.log(level, text);
        }

        @Override
        public void stopped(Outcome outcome) {
            exchange.stopped(outcome);
        }
    }
}
