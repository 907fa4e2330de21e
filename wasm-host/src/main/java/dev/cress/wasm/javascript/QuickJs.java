package dev.cress.wasm.javascript;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.Entry;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;

import java.util.List;

/// The engine's exports in terms of Java. A JavaScript value is the address of its box in guest
/// memory; whoever is given one frees it. The module that says it is the engine may be anybody's:
/// what it answers is checked as whatever else a guest says.
final class QuickJs {
    /// `JS_EVAL_TYPE_MODULE`.
    static final int EVAL_MODULE = 1;

    static final int EVAL_SCRIPT = 0;

    static final List<Entry> ENTRIES =
            List.of(
                    new Entry("_initialize", "", ""),
                    new Entry("qjs_init", "", "i"),
                    new Entry("qjs_eval", "iiii", "i"),
                    new Entry("qjs_call", "iiii", "i"),
                    new Entry("qjs_new_host_function", "iii", "i"),
                    new Entry("qjs_new_object", "", "i"),
                    new Entry("qjs_new_string", "ii", "i"),
                    new Entry("qjs_new_number", "F", "i"),
                    new Entry("qjs_new_uint8_array", "ii", "i"),
                    new Entry("qjs_new_error", "", "i"),
                    new Entry("qjs_get_undefined", "", "i"),
                    new Entry("qjs_get_null", "", "i"),
                    new Entry("qjs_get_global", "", "i"),
                    new Entry("qjs_get_prop_string", "ii", "i"),
                    new Entry("qjs_set_prop_string", "iii", "i"),
                    new Entry("qjs_get_string_len", "ii", "i"),
                    new Entry("qjs_free_cstring", "i", ""),
                    new Entry("qjs_get_float64", "i", "F"),
                    new Entry("qjs_get_bool", "i", "i"),
                    new Entry("qjs_get_typed_array_buffer", "iiii", "i"),
                    new Entry("qjs_get_array_buffer", "ii", "i"),
                    new Entry("qjs_is_exception", "i", "i"),
                    new Entry("qjs_get_exception", "", "i"),
                    new Entry("qjs_throw", "i", "i"),
                    new Entry("qjs_promise_state", "i", "i"),
                    new Entry("qjs_promise_result", "i", "i"),
                    new Entry("qjs_is_job_pending", "", "i"),
                    new Entry("qjs_execute_pending_job", "", "i"),
                    new Entry("qjs_free_value", "i", ""),
                    new Entry("wasm_malloc", "i", "i"),
                    new Entry("wasm_free", "i", ""));

    private static final int FULFILLED = 1;
    private static final int REJECTED = 2;

    private final Guest guest;
    private final GuestMemory memory;

    QuickJs(Guest guest, GuestMemory memory) {
        this.guest = guest;
        this.memory = memory;
    }

    /// Starts the engine, once.
    void start() {
        guest.call("_initialize");
        if (call("qjs_init") != 0) {
            throw failed("the JavaScript engine can't be initialised");
        }
    }

    private int call(String export, long... arguments) {
        return (int) guest.call(export, arguments)[0];
    }

    private static GuestEnded failed(String why) {
        return new GuestEnded(new Outcome.BrokeProtocol(why));
    }

    private int allocate(int bytes) {
        int at = call("wasm_malloc", bytes);
        if (at == 0) {
            throw failed("the script ran out of memory");
        }
        return at;
    }

    private void release(int at) {
        guest.call("wasm_free", at);
    }

    /// Copies bytes and a NUL behind them into the engine's memory.
    private int copied(byte[] bytes) {
        int at = allocate(bytes.length + 1);
        memory.write(at, bytes);
        memory.writeByte(at + bytes.length, (byte) 0);
        return at;
    }

    int string(String text) {
        return string(text.getBytes(UTF_8));
    }

    int string(byte[] utf8) {
        int at = copied(utf8);
        int value = call("qjs_new_string", at, utf8.length);
        release(at);
        return value;
    }

    int bytes(byte[] bytes) {
        int at = copied(bytes);
        int value = call("qjs_new_uint8_array", at, bytes.length);
        release(at);
        return value;
    }

    int number(double number) {
        return call("qjs_new_number", Double.doubleToRawLongBits(number));
    }

    int undefined() {
        return call("qjs_get_undefined");
    }

    int nothing() {
        return call("qjs_get_null");
    }

    int object() {
        return call("qjs_new_object");
    }

    int global() {
        return call("qjs_get_global");
    }

    /// A function that calls the host by this name.
    int hostFunction(String name) {
        byte[] utf8 = name.getBytes(UTF_8);
        int at = copied(utf8);
        int value = call("qjs_new_host_function", at, utf8.length, 0);
        release(at);
        return value;
    }

    int property(int object, String name) {
        int at = copied(name.getBytes(UTF_8));
        int value = call("qjs_get_prop_string", object, at);
        release(at);
        return value;
    }

    /// Sets a property; the value stays the caller's to free.
    void property(int object, String name, int value) {
        int at = copied(name.getBytes(UTF_8));
        call("qjs_set_prop_string", object, at, value);
        release(at);
    }

    /// A value's text, in UTF-8.
    byte[] utf8(int value) {
        int lengthAt = allocate(Integer.BYTES);
        int at = call("qjs_get_string_len", value, lengthAt);
        int length = memory.readInt(lengthAt);
        release(lengthAt);
        if (at == 0) {
            throw failed("a value has no text");
        }
        byte[] text = read(at, length);
        guest.call("qjs_free_cstring", at);
        return text;
    }

    String text(int value) {
        return new String(utf8(value), UTF_8);
    }

    double asNumber(int value) {
        return Double.longBitsToDouble(guest.call("qjs_get_float64", value)[0]);
    }

    boolean asBoolean(int value) {
        return call("qjs_get_bool", value) != 0;
    }

    /// The bytes that a typed array covers.
    byte[] asBytes(int value) {
        int out = allocate(3 * Integer.BYTES);
        int buffer = call("qjs_get_typed_array_buffer", value, out, out + 4, out + 8);
        if (isException(buffer)) {
            throw failed("a value is no typed array: " + exception());
        }
        int offset = memory.readInt(out);
        int length = memory.readInt(out + 4);
        int data = call("qjs_get_array_buffer", buffer, out + 8);
        byte[] bytes = length == 0 ? new byte[0] : read(data + offset, length);
        free(buffer);
        release(out);
        return bytes;
    }

    private byte[] read(int at, int length) {
        if (length < 0 || length > memory.size()) {
            throw failed("the engine names %d bytes".formatted(Integer.toUnsignedLong(length)));
        }
        return memory.readBytes(at, length);
    }

    /// Evaluates source; what it throws is thrown as the guest's end.
    int eval(String source, String file, int flags) {
        byte[] utf8 = source.getBytes(UTF_8);
        int code = copied(utf8);
        int name = copied(file.getBytes(UTF_8));
        int value = call("qjs_eval", code, utf8.length, name, flags);
        release(code);
        release(name);
        return checked(value);
    }

    /// Calls a function; its arguments stay the caller's to free.
    int call(int function, int... arguments) {
        int at = allocate(Math.max(1, arguments.length) * Integer.BYTES);
        for (int i = 0; i < arguments.length; i++) {
            memory.writeI32(at + i * Integer.BYTES, arguments[i]);
        }
        int self = undefined();
        int value = call("qjs_call", function, self, arguments.length, at);
        release(at);
        free(self);
        return checked(value);
    }

    private int checked(int value) {
        if (isException(value)) {
            throw failed("script: " + exception());
        }
        return value;
    }

    private boolean isException(int value) {
        return call("qjs_is_exception", value) != 0;
    }

    /// What was thrown last, with where it was thrown.
    private String exception() {
        int thrown = call("qjs_get_exception");
        String text = text(thrown);
        int stack = property(thrown, "stack");
        String where = text(stack);
        free(stack);
        free(thrown);
        return where.isBlank() || where.equals("undefined")
                ? text
                : text + "\n" + where.stripTrailing();
    }

    /// Throws an error in the script, from within a host call: the call's answer is 0 then.
    void raise(String message) {
        int error = call("qjs_new_error");
        int text = string(message);
        property(error, "message", text);
        call("qjs_throw", error);
        free(text);
        free(error);
    }

    /// What a promise came to: its value, which throws if it was rejected.
    int settled(int promise, String what) {
        int state = call("qjs_promise_state", promise);
        if (state != FULFILLED && state != REJECTED) {
            throw failed(what + " waits for something that never comes");
        }
        int value = call("qjs_promise_result", promise);
        if (state == REJECTED) {
            String text = text(value);
            int stack = property(value, "stack");
            String where = text(stack).stripTrailing();
            throw failed("script: " + text + (where.equals("undefined") ? "" : "\n" + where));
        }
        return value;
    }

    /// Runs what promises have set going.
    void runJobs() {
        while (call("qjs_is_job_pending") != 0) {
            if (call("qjs_execute_pending_job") < 0) {
                throw failed("script: " + exception());
            }
        }
    }

    void free(int value) {
        guest.call("qjs_free_value", value);
    }
}
