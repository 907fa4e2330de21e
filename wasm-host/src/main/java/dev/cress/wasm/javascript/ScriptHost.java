package dev.cress.wasm.javascript;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.KeyValueStore.StoreException;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Fields;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.stop.GuestEnded;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// What scripts' prelude asks of the host, by name. Values are the engine's.
final class ScriptHost {
    /// Bytes of a piece of a body on its way in.
    private static final int PIECE_BYTES = 64 << 10;

    private static final int RANDOM_BYTES_MAX = 65_536;

    /// How many values each takes at least.
    private static final Map<String, Integer> FUNCTIONS =
            Map.ofEntries(
                    Map.entry("encode", 1),
                    Map.entry("decode", 1),
                    Map.entry("log", 1),
                    Map.entry("random", 1),
                    Map.entry("readBody", 0),
                    Map.entry("respond", 2),
                    Map.entry("write", 1),
                    Map.entry("end", 0),
                    Map.entry("done", 0),
                    Map.entry("fail", 1),
                    Map.entry("wait", 2),
                    Map.entry("fetchBegin", 4),
                    Map.entry("fetchWrite", 2),
                    Map.entry("fetchEnd", 1),
                    Map.entry("fetchHead", 1),
                    Map.entry("fetchRead", 1),
                    Map.entry("secret", 1),
                    Map.entry("kvGet", 2),
                    Map.entry("kvPut", 4),
                    Map.entry("kvDelete", 2),
                    Map.entry("kvList", 4));

    static final List<String> NAMES = FUNCTIONS.keySet().stream().sorted().toList();

    private final HostRun run;
    private final QuickJs js;
    private final ScriptFetches fetches;
    private boolean done;

    ScriptHost(HostRun run, QuickJs js) {
        this.run = run;
        this.js = js;
        this.fetches = new ScriptFetches(run);
    }

    static int arguments(String name) {
        return FUNCTIONS.getOrDefault(name, 0);
    }

    /// Whether the request is answered and nothing is waited for.
    boolean isDone() {
        return done;
    }

    /// @return the value that answers, or 0 when it raised an error
    int call(String name, int[] values) {
        try {
            return answer(name, values);
        } catch (OutboundException | StoreException e) {
            js.raise(String.valueOf(e.getMessage()));
            return 0;
        }
    }

    private int answer(String name, int[] v) throws OutboundException, StoreException {
        return switch (name) {
            case "encode" -> js.bytes(js.utf8(v[0]));
            case "decode" -> js.string(js.asBytes(v[0]));
            case "log" -> log(v[0], v.length > 1 ? level(js.text(v[1])) : LogLevel.INFO);
            case "random" -> random((int) js.asNumber(v[0]));
            case "readBody" -> readBody();
            case "respond" -> respond((int) js.asNumber(v[0]), js.text(v[1]));
            case "write" -> write(js.asBytes(v[0]));
            case "end" -> end();
            case "done" -> done();
            case "fail" -> throw new GuestEnded(new Outcome.Trapped("script: " + js.text(v[0])));
            case "wait" -> js.number(fetches.await(js.text(v[0]), js.asNumber(v[1])));
            case "fetchBegin" ->
                    js.number(
                            fetches.begin(
                                    js.text(v[0]),
                                    js.text(v[1]),
                                    headers(js.text(v[2])),
                                    (long) js.asNumber(v[3])));
            case "fetchWrite" -> {
                fetches.write((int) js.asNumber(v[0]), js.asBytes(v[1]));
                yield js.undefined();
            }
            case "fetchEnd" -> {
                fetches.end((int) js.asNumber(v[0]));
                yield js.undefined();
            }
            case "fetchHead" -> js.string(packed(fetches.head((int) js.asNumber(v[0]))));
            case "fetchRead" -> orNull(fetches.read((int) js.asNumber(v[0])));
            default -> store(name, v);
        };
    }

    private int store(String name, int[] v) throws StoreException {
        return switch (name) {
            case "secret" -> secret(js.text(v[0]));
            case "kvGet" ->
                    orNull(kv(v[0]).get(js.text(v[1])).map(KeyValueStore.Item::value).orElse(null));
            case "kvPut" -> put(kv(v[0]), js.text(v[1]), js.asBytes(v[2]), js.asNumber(v[3]));
            case "kvDelete" -> js.number(kv(v[0]).delete(js.text(v[1])) ? 1 : 0);
            case "kvList" ->
                    js.string(
                            String.join(
                                    "\0",
                                    kv(v[0]).list(
                                                    js.text(v[1]),
                                                    js.text(v[2]),
                                                    (int) js.asNumber(v[3]))));
            default -> {
                js.raise("the host has no function " + Shown.of(name));
                yield 0;
            }
        };
    }

    private int orNull(byte @Nullable [] bytes) {
        return bytes == null ? js.nothing() : js.bytes(bytes);
    }

    /// A script that an older build evaluated names no level.
    private int log(int text, LogLevel level) {
        if (run.log().keeps(level)) {
            run.log().line(level, js.utf8(text));
        }
        return js.undefined();
    }

    /// By the name of the console's method.
    private static LogLevel level(String method) {
        return switch (method) {
            case "debug" -> LogLevel.DEBUG;
            case "warn" -> LogLevel.WARN;
            case "error" -> LogLevel.ERROR;
            default -> LogLevel.INFO;
        };
    }

    private int random(int count) {
        run.differs();
        if (count < 0 || count > RANDOM_BYTES_MAX) {
            js.raise("%d random bytes, at most %d".formatted(count, RANDOM_BYTES_MAX));
            return 0;
        }
        byte[] bytes = new byte[count];
        run.random().nextBytes(bytes);
        return js.bytes(bytes);
    }

    private int readBody() {
        byte[] piece = new byte[PIECE_BYTES];
        int count = run.exchange().read(piece, 0, piece.length);
        run.word().checkStopped();
        return orNull(count < 0 ? null : Arrays.copyOf(piece, count));
    }

    private int respond(int status, String packed) {
        if (run.response().isHeadSent() || status < 200 || status > 599) {
            js.raise("a response has one head, and a status from 200 to 599");
            return 0;
        }
        List<Header> headers = headers(packed);
        for (Header header : headers) {
            if (!Fields.isName(header.name()) || !Fields.isValue(header.value())) {
                js.raise("'%s' is no header field".formatted(Shown.of(header.name())));
                return 0;
            }
        }
        run.response().head(new ResponseHead(status, headers));
        return js.undefined();
    }

    private static List<Header> headers(String packed) {
        String[] flat = packed.isEmpty() ? new String[0] : packed.split("\0", -1);
        var headers = new ArrayList<Header>();
        for (int i = 0; i + 1 < flat.length; i += 2) {
            headers.add(new Header(flat[i], flat[i + 1]));
        }
        return headers;
    }

    private static String packed(ResponseHead head) {
        var flat = new ArrayList<String>();
        flat.add(Integer.toString(head.status()));
        for (Header header : head.headers()) {
            flat.add(header.name());
            flat.add(header.value());
        }
        return String.join("\0", flat);
    }

    private int write(byte[] bytes) {
        if (!run.response().isHeadSent()) {
            js.raise("a body before its head");
            return 0;
        }
        run.response().body(bytes, 0, bytes.length);
        run.word().checkStopped();
        return js.undefined();
    }

    private int end() {
        run.exchange().end();
        return js.undefined();
    }

    private int done() {
        done = true;
        return js.undefined();
    }

    private int secret(String name) {
        return run.exchange()
                .capabilities()
                .secret(name)
                .map(value -> js.string(new String(value, UTF_8)))
                .orElseGet(js::nothing);
    }

    private KeyValueStore kv(int name) throws StoreException {
        String store = js.text(name);
        return run.exchange()
                .capabilities()
                .keyValueStore(store)
                .orElseThrow(
                        () ->
                                new StoreException(
                                        "the manifest grants no store '%s': capabilities.kv"
                                                .formatted(Shown.of(store)),
                                        true));
    }

    private int put(KeyValueStore store, String key, byte[] value, double seconds)
            throws StoreException {
        Duration timeToLive = seconds > 0 ? Duration.ofMillis((long) (seconds * 1_000)) : null;
        store.put(key, value, "", timeToLive, OptionalLong.empty());
        return js.undefined();
    }
}
