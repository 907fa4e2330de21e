package dev.cress.wasm.code;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import run.endive.wasm.WasmEngineException;

/// Whatever a function takes and gives, it is reached from the host, from other functions, through
/// tables and by tail calls.
class CallsTest {
    private final Assembler module = Assembler.withMemory(1);

    private static long bits(char type, int value) {
        return switch (type) {
            case 'f' -> Float.floatToIntBits(value);
            case 'F' -> Double.doubleToLongBits(value);
            default -> value;
        };
    }

    /// Pushes a number of this type.
    private static void push(WasmBytes code, char type, int value) {
        switch (type) {
            case 'f' -> code.f32(value);
            case 'F' -> code.f64(value);
            case 'I' -> code.i64(value);
            default -> code.i32(value);
        }
    }

    /// The sum of all parameters as an f64, each times its place.
    private static WasmBytes summing(String parameters) {
        var code = bytes().f64(0);
        for (int i = 0; i < parameters.length(); i++) {
            code.u8(0x20).u32(i);
            switch (parameters.charAt(i)) {
                case 'f' -> code.u8(0xbb);
                case 'I' -> code.u8(0xb9);
                case 'i' -> code.u8(0xb7);
                default -> {}
            }
            code.f64(i + 1).u8(0xa2, 0xa0);
        }
        return code.end();
    }

    private static long sum(int parameters) {
        long sum = 0;
        for (int i = 0; i < parameters; i++) {
            sum += (long) (i + 1) * (i % 100 - 50);
        }
        return Double.doubleToLongBits((double) sum);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 60, 164})
    void parametersOfEachTypeArriveWhicheverWayTheyAreCalled(int count) {
        parametersArrive(count, 4);
    }

    /// A JVM's method takes at most 255 words: beyond, the compiler takes another way, which it
    /// doesn't know for tables.
    @ParameterizedTest
    @ValueSource(ints = {165, 180, 255, 256, 1_000})
    void moreParametersThanAJvmTakesArriveByName(int count) {
        parametersArrive(count, 3);
    }

    private void parametersArrive(int count, int ways) {
        String parameters = "fIFi".repeat(250).substring(0, count);
        int itself = module.function(parameters, "F", summing(parameters));
        int type = module.type(parameters, "F");
        module.table(1, 1).element(0, itself).export("host", 0, itself);
        WasmBytes[] calls = {
            bytes().call(itself),
            bytes(0x12).u32(itself),
            bytes().i32(0).u8(0x13).u32(type).u8(0),
            bytes().i32(0).u8(0x11).u32(type).u8(0)
        };
        for (int i = 0; i < ways; i++) {
            var code = bytes();
            for (int j = 0; j < count; j++) {
                push(code, parameters.charAt(j), j % 100 - 50);
            }
            module.export("by" + i, 0, module.function("", "F", code.add(calls[i]).end()));
        }
        var loaded = LoadedModule.of(module);
        var arguments = new long[count];
        for (int i = 0; i < count; i++) {
            arguments[i] = bits(parameters.charAt(i), i % 100 - 50);
        }
        assertThat(loaded.call("host", arguments)).containsExactly(sum(count));
        for (int i = 0; i < ways; i++) {
            assertThat(loaded.call("by" + i)).as("call %d", i).containsExactly(sum(count));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 100})
    void resultsOfEachTypeArriveWhicheverWayTheyAreCalled(int count) {
        String results = "IfFi".repeat(25).substring(0, count);
        var values = bytes();
        var expected = new long[count];
        for (int i = 0; i < count; i++) {
            push(values, results.charAt(i), i - 9);
            expected[i] = bits(results.charAt(i), i - 9);
        }
        int itself = module.function("", results, values.end());
        int type = module.type("", results);
        module.table(1, 1).element(0, itself);
        WasmBytes[] calls = {
            bytes().call(itself),
            bytes().i32(0).u8(0x11).u32(type).u8(0),
            bytes(0x12).u32(itself),
            bytes().i32(0).u8(0x13).u32(type).u8(0)
        };
        for (int i = 0; i < calls.length; i++) {
            module.export("by" + i, 0, module.function("", results, calls[i].end()));
        }
        var loaded = LoadedModule.of(module);
        for (int i = 0; i < calls.length; i++) {
            assertThat(loaded.call("by" + i)).as("call %d", i).containsExactly(expected);
        }
    }

    @Test
    void functionsOfTheHostAreReachedEveryWay() {
        int yield = module.wasi("sched_yield", "");
        int type = module.type("", "i");
        module.table(1, 1).element(0, yield).export("host", 0, yield);
        WasmBytes[] calls = {
            bytes().call(yield),
            bytes().i32(0).u8(0x11).u32(type).u8(0),
            bytes(0x12).u32(yield),
            bytes().i32(0).u8(0x13).u32(type).u8(0)
        };
        for (int i = 0; i < calls.length; i++) {
            module.export("by" + i, 0, module.function("", "i", calls[i].end()));
        }
        var loaded = LoadedModule.of(module);
        for (int i = 0; i < calls.length; i++) {
            assertThat(loaded.call("by" + i)).as("call %d", i).containsExactly(0);
        }
    }

    @Test
    void aFunctionTooLargeToCompileCallsAndIsCalled() {
        int five = module.function("fI", "F", bytes(0x20, 0, 0xbb).end());
        // 70 KB of bytecode: the JVM takes 64
        var code = bytes(0x20, 0).repeat(40_000, 0x41, 1, 0x6a).u8(0xb7).f32(5).i64(0).call(five);
        int large = module.function("iF", "F", code.u8(0xa0, 0x20, 1, 0xa0).end());
        int type = module.type("iF", "F");
        module.table(1, 1).element(0, large).export("large", 0, large);
        WasmBytes[] calls = {bytes().call(large), bytes().i32(0).u8(0x11).u32(type).u8(0)};
        for (int i = 0; i < calls.length; i++) {
            var call = bytes().i32(2).f64(0.5).add(calls[i]).end();
            module.export("by" + i, 0, module.function("", "F", call));
        }
        var loaded = LoadedModule.of(module);
        assertThat(loaded.interpreted()).containsExactly(large);
        long expected = Double.doubleToLongBits(40_007.5);
        long half = Double.doubleToLongBits(0.5);
        assertThat(loaded.call("large", 2, half)).containsExactly(expected);
        assertThat(loaded.call("by0")).containsExactly(expected);
        assertThat(loaded.call("by1")).containsExactly(expected);
    }

    @Test
    void endlessRecursionIsATrapAndTailCallsTakeNoStack() {
        int deep = module.function("i", "i", bytes(0x20, 0).call(0).i32(1).u8(0x6a).end());
        var counting = bytes(0x20, 0, 0x45, 0x04, 0x7f).i32(9).u8(0x05, 0x20, 0).i32(1);
        int tail = module.function("i", "i", counting.u8(0x6b, 0x12).u32(1).end().end());
        module.export("deep", 0, deep).export("tail", 0, tail);
        var loaded = LoadedModule.of(module);
        assertThatThrownBy(() -> loaded.call("deep", 1)).isInstanceOf(WasmEngineException.class);
        assertThat(loaded.call("tail", 1_000_000)).containsExactly(9);
    }

    @Test
    void aCallOfAnotherTypeOrOfNothingTraps() {
        module.table(2, 2).element(0, module.function("", "", bytes().end()));
        int type = module.type("", "i");
        for (int i = 0; i < 3; i++) {
            var code = bytes().i32(i).u8(0x11).u32(type).u8(0).end();
            module.export("it" + i, 0, module.function("", "i", code));
        }
        var loaded = LoadedModule.of(module);
        for (int i = 0; i < 3; i++) {
            String export = "it" + i;
            assertThatThrownBy(() -> loaded.call(export)).isInstanceOf(WasmEngineException.class);
        }
    }
}
