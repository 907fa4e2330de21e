package dev.cress.wasm.httpwasm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.fuzz.SoundHttp;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;

import org.jspecify.annotations.Nullable;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.MemoryLimits;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Calls the functions of `http_handler` as a guest would, on a memory of two pages, and remembers
/// what came of it.
final class HandlerCaller implements GuestExchange {
    static final Map<String, ImportFunction> FUNCTIONS =
            HttpWasmFunctions.CALLS.functions().stream()
                    .collect(Collectors.toMap(ImportFunction::name, f -> f));

    static final int MEMORY_BYTES = 2 * GuestMemory.PAGE_SIZE;

    /// What it may come to with what the host keeps beside it.
    private static final int PAGES_MAX = 18;

    private static final int BUDGET_BYTES = PAGES_MAX * GuestMemory.PAGE_SIZE;

    /// Of [#beginAt].
    static final int STAGES = 4;

    static final int REQUEST = 0;
    static final int RESPONSE = 1;

    static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(1), Duration.ofSeconds(9), 1 << 20, 2_000, 300_000, 1_000);

    private static final int NAME_AT = 1_000;
    private static final int VALUE_AT = 2_000;
    private static final int ANSWER_AT = GuestMemory.PAGE_SIZE;
    private static final WasmModule MODULE = Parser.parse(Assembler.withMemory(2).toBytes());
    private static final SecureRandom RANDOM = new SecureRandom();

    final MemoryBudget budget = new MemoryBudget(BUDGET_BYTES);
    GuestMemory memory = memory();
    final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    final ByteArrayOutputStream log = new ByteArrayOutputStream();
    @Nullable ResponseHead head;
    LogLevel logLevel = LogLevel.INFO;
    private Instance instance = instance();
    private GuestRequest request = request("/a?b=c", List.of(), Map.of());
    private ByteArrayInputStream body = new ByteArrayInputStream(new byte[0]);
    private RunWord word = new RunWord(_ -> {});
    private @Nullable Handling handling;

    static GuestRequest request(String uri, List<Header> headers, Map<String, String> config) {
        int query = uri.indexOf('?');
        return new GuestRequest(
                "GET",
                "http",
                "fn.localhost",
                80,
                query < 0 ? uri : uri.substring(0, query),
                query < 0 ? "" : uri.substring(query + 1),
                "HTTP/1.1",
                headers,
                -1,
                "2001:db8::7",
                new GuestRequest.MatchedRoute("/a/*", "/a"),
                new GuestRequest.Place("fn", 3, "fra-1", "fra", "req-1", "DE", "Berlin"),
                config);
    }

    private GuestMemory memory() {
        return Objects.requireNonNull(
                GuestMemory.allocate(budget, new MemoryLimits(2, 2), PAGES_MAX));
    }

    private Instance instance() {
        return Instance.builder(MODULE).withMemoryFactory(_ -> memory).build();
    }

    /// A new run, before any request.
    HandlerCaller start() {
        memory.release();
        memory = memory();
        instance = instance();
        answer.reset();
        log.reset();
        head = null;
        word = new RunWord(_ -> {});
        var run = new HostRun(word, memory, this, LIMITS, RANDOM);
        handling = HttpWasmFunctions.HANDLINGS.of(run);
        word.begin(new StopFlag());
        word.leaveHost();
        return this;
    }

    /// The same with this request.
    HandlerCaller begin(GuestRequest asked, byte[] content) {
        request = asked;
        body = new ByteArrayInputStream(content);
        start();
        handling().begin();
        return this;
    }

    HandlerCaller begin() {
        return begin(request("/a?b=c", List.of(), Map.of()), new byte[0]);
    }

    /// A request as it stands before or after next, with its buffers or without.
    HandlerCaller beginAt(int stage) {
        var headers = List.of(new Header("a", "b"), new Header("aa", ""));
        begin(request("/a", headers, Map.of("a", "b")), new byte[2_000]);
        if (stage % 2 == 1) {
            call("enable_features", Rules.FEATURES);
        }
        if (stage >= STAGES / 2) {
            var response = handling().response();
            response.head(new ResponseHead(200, headers));
            response.write(new byte[2_000], 0, 2_000);
            handling().afterNext();
        }
        return this;
    }

    /// Ends the answer. It and the request that goes on must be what HTTP allows.
    void endSoundly() {
        handling().response().end();
        SoundHttp.check(Objects.requireNonNull(head));
        SoundHttp.check(handling().request().changed());
    }

    Handling handling() {
        return Objects.requireNonNull(handling);
    }

    long call(String function, long... arguments) {
        var handle = Objects.requireNonNull(FUNCTIONS.get(function)).handle();
        try {
            long[] results = handle.apply(instance, arguments);
            return results.length == 0 ? 0 : results[0];
        } catch (GuestEnded ended) {
            word.leaveHost();
            throw ended;
        }
    }

    /// What stands behind the guest reads of the request.
    int readBehind(byte[] into, int offset, int length) {
        word.enterHost();
        int count = handling().request().readBehind(into, offset, length);
        word.leaveHost();
        return count;
    }

    private int put(int at, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        memory.write(at, bytes);
        return bytes.length;
    }

    /// The text that a function writes.
    String text(String function) {
        int length = (int) call(function, ANSWER_AT, GuestMemory.PAGE_SIZE);
        return new String(memory.readBytes(ANSWER_AT, length), ISO_8859_1);
    }

    void set(String function, String text) {
        call(function, NAME_AT, put(NAME_AT, text));
    }

    List<String> names(int kind) {
        return several(call("get_header_names", kind, ANSWER_AT, GuestMemory.PAGE_SIZE));
    }

    List<String> values(int kind, String name) {
        long length = put(NAME_AT, name);
        return several(
                call("get_header_values", kind, NAME_AT, length, ANSWER_AT, GuestMemory.PAGE_SIZE));
    }

    private List<String> several(long countAndLength) {
        String all = new String(memory.readBytes(ANSWER_AT, (int) countAndLength), ISO_8859_1);
        List<String> texts = List.of(all.split("\0", -1));
        if (texts.size() - 1 != countAndLength >>> 32) {
            throw new AssertionError("the count isn't that of the texts");
        }
        return texts.subList(0, texts.size() - 1);
    }

    void header(String function, int kind, String name, String value) {
        call(function, kind, NAME_AT, put(NAME_AT, name), VALUE_AT, put(VALUE_AT, value));
    }

    void remove(int kind, String name) {
        call("remove_header", kind, NAME_AT, put(NAME_AT, name));
    }

    void write(int kind, String text) {
        call("write_body", kind, ANSWER_AT, put(ANSWER_AT, text));
    }

    /// What one call reads into so much room, with `|` behind it at the end of the body.
    String read(int kind, int room) {
        long result = call("read_body", kind, ANSWER_AT, room);
        String text = new String(memory.readBytes(ANSWER_AT, (int) result), ISO_8859_1);
        return result >>> 32 == 1 ? text + "|" : text;
    }

    @Override
    public GuestRequest request() {
        return request;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        // never more than a few bytes at once, as a network has it
        return body.read(into, offset, Math.min(length, 700));
    }

    @Override
    public void head(ResponseHead given) {
        head = given;
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
    }

    @Override
    public void stopped(Outcome outcome) {}
}
