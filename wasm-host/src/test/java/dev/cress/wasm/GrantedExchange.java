package dev.cress.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Assets;
import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outbound;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.host.Fields;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/// A recorded exchange whose guest is granted origins, secrets and stores, and which remembers what
/// it asked of them and in which order its answer went out.
public final class GrantedExchange implements GuestExchange, Capabilities, Outbound {
    private static final List<Header> LENGTH_6 = List.of(new Header("Content-Length", "6"));

    private final RecordedExchange recorded;
    private final Map<String, String> origins = new HashMap<>();
    private final Map<String, byte[]> secrets = new HashMap<>();
    private final Map<String, KeyValueStore> stores = new HashMap<>();
    private final List<Asked> asked = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private Function<Asked, Answer> answers = _ -> new Answer(new ResponseHead(404, List.of()), "");

    /// A request that the guest sent.
    public static final class Asked {
        private final OutboundHead head;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean whole;

        private Asked(OutboundHead head) {
            this.head = head;
        }

        public OutboundHead head() {
            return head;
        }

        public String body() {
            return body.toString(UTF_8);
        }

        public boolean isWhole() {
            return whole;
        }
    }

    /// What another host answers.
    public record Answer(ResponseHead head, String body) {}

    GrantedExchange(RecordedExchange recorded) {
        this.recorded = recorded;
    }

    /// One that grants what the names of a rehearsal ask for, to a request of three bytes.
    public static GrantedExchange grantingAll() {
        var config = Map.of("A", "b", "b", "c");
        byte[] body = {'a', '=', 'b'};
        var store = new StoreInMemory();
        store.put("a", new byte[] {'b'}, "c", null, OptionalLong.empty());
        return new GrantedExchange(RecordedExchange.of("POST", "/a", body, List.of(), config))
                .origin("a", "https://a.example")
                .origin("bees", "http://b.example:81")
                .secret("A", "b")
                .store("a", store)
                .answering(_ -> new Answer(new ResponseHead(200, LENGTH_6), "answer"));
    }

    public String logText() {
        return recorded.logText();
    }

    GrantedExchange origin(String name, String url) {
        origins.put(name, url);
        return this;
    }

    GrantedExchange answering(Function<Asked, Answer> how) {
        answers = how;
        return this;
    }

    GrantedExchange secret(String name, String value) {
        secrets.put(name, value.getBytes(UTF_8));
        return this;
    }

    GrantedExchange store(String name, KeyValueStore store) {
        stores.put(name, store);
        return this;
    }

    public List<Asked> asked() {
        return asked;
    }

    /// The head that went out.
    public Optional<ResponseHead> answered() {
        return recorded.answered() ? Optional.of(recorded.responseHead()) : Optional.empty();
    }

    /// `head`, `write`, `flush` and `end` as they came.
    List<String> events() {
        return events;
    }

    RecordedExchange recorded() {
        return recorded;
    }

    @Override
    public GuestRequest request() {
        return recorded.request();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return recorded.read(into, offset, length);
    }

    @Override
    public void head(ResponseHead head) {
        events.add("head");
        recorded.head(head);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        events.add("write");
        recorded.write(from, offset, length);
    }

    @Override
    public void flush() {
        events.add("flush");
    }

    @Override
    public void end() {
        events.add("end");
    }

    @Override
    public LogLevel logLevel() {
        return recorded.logLevel();
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        recorded.log(level, text);
    }

    @Override
    public void stopped(Outcome outcome) {}

    @Override
    public Capabilities capabilities() {
        return this;
    }

    @Override
    public Outbound outbound() {
        return this;
    }

    @Override
    public Optional<byte[]> secret(String name) {
        return Optional.ofNullable(secrets.get(name)).map(byte[]::clone);
    }

    @Override
    public List<String> secretNames() {
        return List.copyOf(secrets.keySet());
    }

    @Override
    public Optional<KeyValueStore> keyValueStore(String name) {
        return Optional.ofNullable(stores.get(name));
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
        // 'abcd' as the script has it
        return address.equals("97.98.99.100")
                ? Optional.of(new Location("US", "Dayton \"x\"", 39.8, -84.2))
                : Optional.empty();
    }

    @Override
    public Optional<String> origin(String name) {
        return Optional.ofNullable(origins.get(name));
    }

    @Override
    public OutboundCall begin(OutboundHead head) throws OutboundException {
        if (origins.values().stream().noneMatch(origin -> head.url().startsWith(origin + "/"))) {
            throw new OutboundException(
                    OutboundException.Reason.DENIED, head.url() + " is not granted");
        }
        boolean sound =
                Fields.isName(head.method())
                        && head.headers().stream()
                                .allMatch(
                                        h -> Fields.isName(h.name()) && Fields.isValue(h.value()));
        if (!sound) {
            throw new OutboundException(OutboundException.Reason.INVALID, "that can't be sent");
        }
        var one = new Asked(head);
        asked.add(one);
        return new Call(one);
    }

    /// The last is done first.
    @Override
    public int awaitAny(List<OutboundCall> calls, Duration timeout) {
        return calls.size() - 1;
    }

    private final class Call implements OutboundCall {
        private final Asked one;
        private ByteArrayInputStream body = new ByteArrayInputStream(new byte[0]);

        private Call(Asked one) {
            this.one = one;
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            one.body.write(from, offset, length);
        }

        @Override
        public void end() {
            one.whole = true;
        }

        @Override
        public boolean isDone() {
            return one.whole;
        }

        @Override
        public ResponseHead response() {
            Answer answer = answers.apply(one);
            body = new ByteArrayInputStream(answer.body().getBytes(UTF_8));
            return answer.head();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return body.read(into, offset, length);
        }

        @Override
        public void close() {}
    }
}
