package dev.cress.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.bench.CallLoop.Call;
import dev.cress.wasm.guest.Abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Host calls as guests make them most, each in a loop of its own, by the names that they are shown
/// by. What moves bytes moves [#BYTES] of them.
final class CallLoops {
    static final int BYTES = 64;

    private static final String WASI = "wasi_snapshot_preview1";
    private static final String HTTP = "http_handler";
    private static final String EXTISM = "extism:host/env";
    private static final String REQUEST = "fastly_http_req";
    private static final String RESPONSE = "fastly_http_resp";
    private static final String BODY = "fastly_http_body";

    /// Where calls write what nobody reads: numbers, and bytes.
    private static final int NUMBER_AT = 32;

    private static final int BUFFER_AT = 4_096;

    /// The guests' text: two vectors, what the first names, and names and values of headers.
    private static final int HEAD_VECTOR_AT = CallLoop.TEXT_AT;

    private static final int VECTOR_AT = HEAD_VECTOR_AT + 8;
    private static final int HEAD_AT = VECTOR_AT + 8;
    private static final String HEAD = "status: 200\n\nok";
    private static final int OK_AT = HEAD_AT + HEAD.length() - 2;
    private static final String ASKED = "user-agent";
    private static final int ASKED_AT = HEAD_AT + HEAD.length();
    private static final String SET = "content-type";
    private static final int SET_AT = ASKED_AT + ASKED.length();
    private static final String VALUE = "text/plain";
    private static final int VALUE_AT = SET_AT + SET.length();
    private static final String TEXT =
            little(HEAD_AT)
                    + little(HEAD.length())
                    + little(BUFFER_AT)
                    + little(BYTES)
                    + HEAD
                    + ASKED
                    + SET
                    + VALUE;

    /// Where Fastly's guests keep their handles.
    private static final int REQUEST_AT = 0;

    private static final int REQUEST_BODY_AT = 4;
    private static final int RESPONSE_AT = 8;
    private static final int BODY_AT = 12;

    private final SequencedMap<String, CallLoop> loops = new LinkedHashMap<>();

    private CallLoops() {}

    /// All, and for each ABI a loop of nothing.
    static SequencedMap<String, CallLoop> all() {
        var all = new CallLoops();
        all.wasi();
        all.httpWasm();
        all.fastly();
        all.extism();
        return all.loops;
    }

    private void wasi() {
        put(Abi.WASI_CGI, "wasi.none");
        wasi("sched_yield", "");
        wasi("fd_write", "iiii", 1, VECTOR_AT, 1, NUMBER_AT);
        wasi("fd_read", "iiii", 0, VECTOR_AT, 1, NUMBER_AT);
        wasi("clock_time_get", "iIi", 1, 1_000, NUMBER_AT);
        wasi("environ_sizes_get", "ii", NUMBER_AT, NUMBER_AT);
        wasi("environ_get", "ii", BUFFER_AT, 2 * BUFFER_AT);
        wasi("random_get", "ii", BUFFER_AT, BYTES);
    }

    private void wasi(String name, String parameters, int... arguments) {
        put(Abi.WASI_CGI, "wasi." + name, Call.of(WASI, name, parameters, "s", arguments));
    }

    private void httpWasm() {
        put(Abi.HTTP_WASM, "http-wasm.none");
        http("get_status_code", "", "i");
        http("get_method", "ii", "i", BUFFER_AT, BYTES);
        http("get_header_values", "iiiii", "I", 0, ASKED_AT, ASKED.length(), BUFFER_AT, BYTES);
        http("set_header_value", "iiiii", "", 1, SET_AT, SET.length(), VALUE_AT, VALUE.length());
        http("read_body", "iii", "I", 0, BUFFER_AT, BYTES);
        http("write_body", "iii", "", 1, BUFFER_AT, BYTES);
    }

    private void http(String name, String parameters, String result, int... arguments) {
        put(Abi.HTTP_WASM, "http-wasm." + name, Call.of(HTTP, name, parameters, result, arguments));
    }

    private void fastly() {
        put(Abi.FASTLY, "fastly.none");
        fastly(RESPONSE, "status_set", "li", RESPONSE_AT, 200);
        fastly(
                REQUEST,
                "header_value_get",
                "liiiii",
                REQUEST_AT,
                ASKED_AT,
                ASKED.length(),
                BUFFER_AT,
                BYTES,
                NUMBER_AT);
        fastly(
                RESPONSE,
                "header_insert",
                "liiii",
                RESPONSE_AT,
                SET_AT,
                SET.length(),
                VALUE_AT,
                VALUE.length());
        fastly(BODY, "read", "liii", REQUEST_BODY_AT, BUFFER_AT, BYTES, NUMBER_AT);
        fastly(BODY, "write", "liiii", BODY_AT, BUFFER_AT, BYTES, 0, NUMBER_AT);
    }

    private void fastly(String module, String name, String parameters, int... arguments) {
        put(Abi.FASTLY, "fastly." + name, Call.of(module, name, parameters, "s", arguments));
    }

    private void extism() {
        put(Abi.EXTISM, "extism.none");
        Call allocate = Call.of(EXTISM, "alloc", "I", "L", BYTES);
        extism("input_length", "", "I");
        extism("input_load_u8", "I", "i", 1);
        extism("input_load_u64", "I", "I", 1);
        extism("load_u64", "L", "I", 0);
        extism("store_u64", "LI", "", 0, 1);
        put(Abi.EXTISM, "extism.alloc", allocate);
        put(Abi.EXTISM, "extism.alloc+free", allocate, Call.of(EXTISM, "free", "L", "", 0));
    }

    private void extism(String name, String parameters, String result, int... arguments) {
        put(Abi.EXTISM, "extism." + name, Call.of(EXTISM, name, parameters, result, arguments));
    }

    private void put(Abi abi, String name, Call... calls) {
        loops.put(name, new CallLoop(abi, TEXT, before(abi), List.of(calls), after(abi)));
    }

    private static List<Call> before(Abi abi) {
        return switch (abi) {
            case WASI_CGI ->
                    List.of(
                            Call.of(
                                    WASI,
                                    "fd_write",
                                    "iiii",
                                    "s",
                                    1,
                                    HEAD_VECTOR_AT,
                                    1,
                                    NUMBER_AT));
            case FASTLY ->
                    List.of(
                            Call.of(
                                    REQUEST,
                                    "body_downstream_get",
                                    "ii",
                                    "s",
                                    REQUEST_AT,
                                    REQUEST_BODY_AT),
                            Call.of(RESPONSE, "new", "i", "s", RESPONSE_AT),
                            Call.of(BODY, "new", "i", "s", BODY_AT));
            case EXTISM -> List.of(Call.of(EXTISM, "alloc", "I", "L", BYTES));
            case HTTP_WASM, JAVASCRIPT -> List.of();
        };
    }

    private static List<Call> after(Abi abi) {
        return switch (abi) {
            case HTTP_WASM -> List.of(Call.of(HTTP, "write_body", "iii", "", 1, OK_AT, 2));
            case FASTLY ->
                    List.of(
                            Call.of(BODY, "write", "liiii", "s", BODY_AT, OK_AT, 2, 0, NUMBER_AT),
                            Call.of(
                                    RESPONSE,
                                    "send_downstream",
                                    "lli",
                                    "s",
                                    RESPONSE_AT,
                                    BODY_AT,
                                    0));
            case EXTISM ->
                    List.of(
                            Call.of(EXTISM, "alloc", "I", "L", BYTES),
                            Call.of(EXTISM, "output_set", "LI", "", 0, 2));
            case WASI_CGI, JAVASCRIPT -> List.of();
        };
    }

    private static String little(int value) {
        byte[] bytes =
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(value)
                        .array();
        return new String(bytes, ISO_8859_1);
    }
}
