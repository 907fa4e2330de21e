package dev.cress.wasm.javascript;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.memory.GuestMemory;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A JavaScript engine whose answers a fuzzer chose: anybody's module may say that it is the
/// engine. Mostly it keeps to what the engine's functions are for, so that the host goes on.
final class FuzzedEngine implements Guest {
    private static final int LIE = 0xff;
    private static final int TEXT_BYTES_MAX = 63;
    private static final List<String> TEXTS =
            List.of("a", "A", "https://a.example/x", "POST", "0\0" + "1", "0", "200", "b\0c", "-1");

    private static final double[] NUMBERS = {
        0,
        1,
        200,
        599,
        -1,
        65_536,
        1e9,
        0.001,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MAX_VALUE,
        Long.MAX_VALUE,
        Integer.MAX_VALUE,
        Double.MIN_VALUE,
        -0.0
    };

    private final GuestMemory memory;
    private final Choices choices;
    private int end;

    /// @param from where in memory it allocates
    FuzzedEngine(GuestMemory memory, Choices choices, int from) {
        this.memory = memory;
        this.choices = choices;
        this.end = from;
    }

    @Override
    public boolean has(String entry) {
        return true;
    }

    @Override
    public Set<String> entries() {
        return QuickJs.ENTRIES.stream().map(e -> e.name()).collect(Collectors.toSet());
    }

    @Override
    public long[] call(String entry, long... arguments) {
        return switch (entry) {
            case "wasm_malloc" -> one(choices.u8() == LIE ? lie() : allocate((int) arguments[0]));
            case "qjs_get_string_len" -> one(text((int) arguments[1]));
            case "qjs_get_float64" -> one(Double.doubleToRawLongBits(number()));
            case "qjs_get_typed_array_buffer" -> one(array(arguments));
            case "qjs_get_array_buffer" -> one(choices.u8() == LIE ? lie() : 0);
            case "qjs_is_exception" -> one(choices.u8() == LIE ? 1 : 0);
            case "qjs_get_bool", "qjs_is_job_pending", "qjs_promise_state" -> one(choices.u8() & 3);
            case "wasm_free", "qjs_free_value", "qjs_free_cstring", "_initialize" -> new long[0];
            default -> one(choices.u8() == LIE ? lie() : 7);
        };
    }

    private static long[] one(long value) {
        return new long[] {value};
    }

    /// Any number, as an i32 has it.
    private int lie() {
        return choices.i32();
    }

    /// From where it began when there is no more.
    private int allocate(int bytes) {
        int at = end;
        if (bytes < 0 || bytes > memory.size() - at) {
            return 0;
        }
        end = at + bytes;
        return at;
    }

    private int text(int lengthAt) {
        int choice = choices.u8();
        if (choice == LIE) {
            memory.writeI32(lengthAt, lie());
            return lie();
        }
        byte[] text =
                choice < TEXTS.size()
                        ? TEXTS.get(choice).getBytes(UTF_8)
                        : choices.some(choice & TEXT_BYTES_MAX);
        int at = allocate(text.length + 1);
        memory.write(at, text);
        memory.writeI32(lengthAt, text.length);
        return at == 0 ? 1 : at;
    }

    private double number() {
        int choice = choices.u8();
        return choice < NUMBERS.length
                ? NUMBERS[choice]
                : choice == LIE ? Double.longBitsToDouble(choices.i64()) : choice;
    }

    /// The bytes at the beginning of memory, as many as it says.
    private int array(long... arguments) {
        boolean lies = choices.u8() == LIE;
        memory.writeI32((int) arguments[1], lies ? lie() : 0);
        memory.writeI32((int) arguments[2], lies ? lie() : choices.u8());
        return 7;
    }
}
