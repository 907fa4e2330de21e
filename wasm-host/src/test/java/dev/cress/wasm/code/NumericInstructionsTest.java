package dev.cress.wasm.code;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/// Each numeric instruction of the Core Specification 2.0 passes admission, links and gives the
/// result that the specification says (4.3).
class NumericInstructionsTest {
    /// Opcode, type (`i` i32, `I` i64, `f` f32, `F` f64), and calls: operands, `=`, result.
    private static final String TABLE =
            """
            45 i>i | 0 = 1 | 7 = 0
            46 ii>i | 3 3 = 1 | 3 4 = 0
            47 ii>i | 3 3 = 0 | 3 4 = 1
            48 ii>i | -1 1 = 1 | 1 -1 = 0
            49 ii>i | -1 1 = 0 | 1 -1 = 1
            4a ii>i | -1 1 = 0 | 1 -1 = 1
            4b ii>i | -1 1 = 1 | 1 -1 = 0
            4c ii>i | -1 1 = 1 | 1 -1 = 0 | 5 5 = 1
            4d ii>i | -1 1 = 0 | 1 -1 = 1 | 5 5 = 1
            4e ii>i | -1 1 = 0 | 1 -1 = 1 | 5 5 = 1
            4f ii>i | -1 1 = 1 | 1 -1 = 0 | 5 5 = 1 | -1 -1 = 1
            50 I>i | 0 = 1 | 4294967296 = 0
            51 II>i | 4294967296 4294967296 = 1 | 4294967296 0 = 0
            52 II>i | 4294967296 4294967296 = 0 | 4294967296 0 = 1
            53 II>i | -1 1 = 1 | 1 -1 = 0
            54 II>i | -1 1 = 0 | 1 -1 = 1
            55 II>i | -1 1 = 0 | 1 -1 = 1
            56 II>i | -1 1 = 1 | 1 -1 = 0
            57 II>i | -1 1 = 1 | 1 -1 = 0 | 5 5 = 1
            58 II>i | -1 1 = 0 | 1 -1 = 1 | 5 5 = 1
            59 II>i | -1 1 = 0 | 1 -1 = 1 | 5 5 = 1
            5a II>i | -1 1 = 1 | 1 -1 = 0 | 5 5 = 1
            5b ff>i | 1.5 1.5 = 1 | NaN NaN = 0 | 0.0 -0.0 = 1
            5c ff>i | 1.5 1.5 = 0 | NaN NaN = 1 | 0.0 -0.0 = 0
            5d ff>i | 1.5 2.5 = 1 | 2.5 1.5 = 0 | NaN 1 = 0
            5e ff>i | 1.5 2.5 = 0 | 2.5 1.5 = 1 | NaN 1 = 0
            5f ff>i | 1.5 2.5 = 1 | 1.5 1.5 = 1 | NaN NaN = 0
            60 ff>i | 1.5 2.5 = 0 | 1.5 1.5 = 1 | NaN NaN = 0
            61 FF>i | 1.5 1.5 = 1 | NaN NaN = 0 | 0.0 -0.0 = 1
            62 FF>i | 1.5 1.5 = 0 | NaN NaN = 1 | 0.0 -0.0 = 0
            63 FF>i | 1.5 2.5 = 1 | 2.5 1.5 = 0 | NaN 1 = 0
            64 FF>i | 1.5 2.5 = 0 | 2.5 1.5 = 1 | NaN 1 = 0
            65 FF>i | 1.5 2.5 = 1 | 1.5 1.5 = 1 | NaN NaN = 0
            66 FF>i | 1.5 2.5 = 0 | 1.5 1.5 = 1 | NaN NaN = 0
            67 i>i | 1 = 31 | 0 = 32 | -1 = 0
            68 i>i | 8 = 3 | 0 = 32 | -2147483648 = 31
            69 i>i | 255 = 8 | -1 = 32
            6a ii>i | 2147483647 1 = -2147483648 | 2 3 = 5
            6b ii>i | -2147483648 1 = 2147483647 | 2 3 = -1
            6c ii>i | 65536 65536 = 0 | -7 6 = -42
            6d ii>i | -7 2 = -3 | 7 -2 = -3
            6e ii>i | -1 2 = 2147483647 | 7 2 = 3
            6f ii>i | -7 2 = -1 | -2147483648 -1 = 0
            70 ii>i | -1 10 = 5 | 7 4 = 3
            71 ii>i | 12 10 = 8 | -1 255 = 255
            72 ii>i | 12 10 = 14 | -1 255 = -1
            73 ii>i | 12 10 = 6 | -1 255 = -256
            74 ii>i | 1 33 = 2 | 3 31 = -2147483648
            75 ii>i | -8 1 = -4 | -8 33 = -4
            76 ii>i | -8 1 = 2147483644 | 8 33 = 4
            77 ii>i | -2147483648 1 = 1 | 1 35 = 8
            78 ii>i | 1 1 = -2147483648 | 8 35 = 1
            79 I>I | 1 = 63 | 0 = 64
            7a I>I | 4294967296 = 32 | 0 = 64
            7b I>I | -1 = 64 | 4294967297 = 2
            7c II>I | 9223372036854775807 1 = -9223372036854775808 | 2 3 = 5
            7d II>I | -9223372036854775808 1 = 9223372036854775807 | 2 3 = -1
            7e II>I | 4294967296 4294967296 = 0 | -7 6 = -42
            7f II>I | -7 2 = -3 | 7 -2 = -3
            80 II>I | -1 2 = 9223372036854775807 | 7 2 = 3
            81 II>I | -7 2 = -1 | -9223372036854775808 -1 = 0
            82 II>I | -1 10 = 5 | 7 4 = 3
            83 II>I | 12 10 = 8 | -1 255 = 255
            84 II>I | 12 10 = 14 | -1 255 = -1
            85 II>I | 12 10 = 6 | -1 255 = -256
            86 II>I | 1 65 = 2 | 3 63 = -9223372036854775808
            87 II>I | -8 1 = -4 | -8 65 = -4
            88 II>I | -8 1 = 9223372036854775804 | 8 65 = 4
            89 II>I | -9223372036854775808 1 = 1 | 1 67 = 8
            8a II>I | 1 1 = -9223372036854775808 | 8 67 = 1
            8b f>f | -1.5 = 1.5 | -0.0 = 0.0
            8c f>f | -1.5 = 1.5 | 0.0 = -0.0
            8d f>f | 1.2 = 2 | -0.2 = -0.0
            8e f>f | 1.8 = 1 | -0.2 = -1
            8f f>f | 1.8 = 1 | -1.8 = -1
            90 f>f | 2.5 = 2 | 3.5 = 4 | -0.4 = -0.0
            91 f>f | 6.25 = 2.5 | -1 = NaN
            92 ff>f | 1.5 2.25 = 3.75 | Infinity -Infinity = NaN
            93 ff>f | 1.5 2.25 = -0.75 | 0.0 0.0 = 0.0
            94 ff>f | 1.5 -2 = -3 | 0.0 -1 = -0.0
            95 ff>f | 3 2 = 1.5 | 1 -0.0 = -Infinity
            96 ff>f | 1 2 = 1 | 0.0 -0.0 = -0.0 | NaN 1 = NaN
            97 ff>f | 1 2 = 2 | -0.0 0.0 = 0.0 | NaN 1 = NaN
            98 ff>f | 1.5 -0.0 = -1.5 | -1.5 2 = 1.5
            99 F>F | -1.5 = 1.5 | -0.0 = 0.0
            9a F>F | -1.5 = 1.5 | 0.0 = -0.0
            9b F>F | 1.2 = 2 | -0.2 = -0.0
            9c F>F | 1.8 = 1 | -0.2 = -1
            9d F>F | 1.8 = 1 | -1.8 = -1
            9e F>F | 2.5 = 2 | 3.5 = 4 | -0.4 = -0.0
            9f F>F | 6.25 = 2.5 | -1 = NaN
            a0 FF>F | 1.5 2.25 = 3.75 | Infinity -Infinity = NaN
            a1 FF>F | 1.5 2.25 = -0.75 | 0.0 0.0 = 0.0
            a2 FF>F | 1.5 -2 = -3 | 0.0 -1 = -0.0
            a3 FF>F | 3 2 = 1.5 | 1 -0.0 = -Infinity
            a4 FF>F | 1 2 = 1 | 0.0 -0.0 = -0.0 | NaN 1 = NaN
            a5 FF>F | 1 2 = 2 | -0.0 0.0 = 0.0 | NaN 1 = NaN
            a6 FF>F | 1.5 -0.0 = -1.5 | -1.5 2 = 1.5
            a7 I>i | 4294967295 = -1 | 4294967301 = 5
            a8 f>i | -1.9 = -1 | 2147483520 = 2147483520
            a9 f>i | 4294967040 = -256 | -0.9 = 0
            aa F>i | -1.9 = -1 | 2147483647.9 = 2147483647
            ab F>i | 4294967295.9 = -1 | -0.9 = 0
            ac i>I | -1 = -1 | 5 = 5
            ad i>I | -1 = 4294967295 | 5 = 5
            ae f>I | -1.9 = -1 | 4294967296 = 4294967296
            af f>I | 9223372036854775808 = -9223372036854775808 | -0.9 = 0
            b0 F>I | -1.9 = -1 | 4503599627370495.5 = 4503599627370495
            b1 F>I | 9223372036854775808 = -9223372036854775808 | -0.9 = 0
            b2 i>f | -1 = -1 | 16777217 = 16777216
            b3 i>f | -1 = 4294967296 | 5 = 5
            b4 I>f | -1 = -1 | 9223372036854775807 = 9223372036854775807
            b5 I>f | -1 = 18446744073709551616 | 5 = 5
            b6 F>f | 1e300 = Infinity | 1.5 = 1.5
            b7 i>F | -1 = -1 | 5 = 5
            b8 i>F | -1 = 4294967295 | 5 = 5
            b9 I>F | -1 = -1 | 9007199254740993 = 9007199254740992
            ba I>F | -1 = 18446744073709551616 | 5 = 5
            bb f>F | 1.5 = 1.5 | -Infinity = -Infinity
            bc f>i | 1 = 1065353216 | -0.0 = -2147483648
            bd F>I | 1 = 4607182418800017408 | -0.0 = -9223372036854775808
            be i>f | 1065353216 = 1 | -2147483648 = -0.0
            bf I>F | 4607182418800017408 = 1 | -9223372036854775808 = -0.0
            c0 i>i | 128 = -128 | 256 = 0
            c1 i>i | 32768 = -32768 | 65536 = 0
            c2 I>I | 128 = -128 | 256 = 0
            c3 I>I | 32768 = -32768 | 65536 = 0
            c4 I>I | 2147483648 = -2147483648 | 4294967296 = 0
            fc00 f>i | -1.9 = -1 | NaN = 0 | Infinity = 2147483647
            fc01 f>i | -1.9 = 0 | NaN = 0 | Infinity = -1
            fc02 F>i | -1.9 = -1 | NaN = 0 | -Infinity = -2147483648
            fc03 F>i | 4294967295.9 = -1 | -5 = 0 | Infinity = -1
            fc04 f>I | -1.9 = -1 | NaN = 0 | Infinity = 9223372036854775807
            fc05 f>I | -1.9 = 0 | NaN = 0 | Infinity = -1
            fc06 F>I | -1.9 = -1 | NaN = 0 | -Infinity = -9223372036854775808
            fc07 F>I | 9223372036854775808 = -9223372036854775808 | -5 = 0 | Infinity = -1
            """;

    private record Row(String name, String parameters, char result, List<String> calls) {
        static Row of(String line) {
            String[] cells = line.split(" \\| ", -1);
            String[] head = cells[0].split("[ >]", -1);
            List<String> calls = Arrays.stream(cells).skip(1).toList();
            return new Row(head[0], head[1], head[2].charAt(0), calls);
        }

        byte[] opcode() {
            return HexFormat.of().parseHex(name);
        }
    }

    private static final List<Row> ROWS = TABLE.lines().map(Row::of).toList();

    /// Each instruction in a function of its own, exported by its opcode.
    private static LoadedModule module() {
        var module = Assembler.withMemory(1);
        for (Row row : ROWS) {
            var code = bytes();
            for (int i = 0; i < row.parameters.length(); i++) {
                code.u8(0x20, i);
            }
            WasmBytes body = code.add(row.opcode()).end();
            int function = module.function(row.parameters, String.valueOf(row.result), body);
            module.export(row.name(), 0, function);
        }
        return LoadedModule.of(module);
    }

    /// As the engine passes it.
    private static long bits(char type, String number) {
        return switch (type) {
            case 'i' -> Integer.parseInt(number);
            case 'I' -> Long.parseLong(number);
            case 'f' -> Float.floatToIntBits(Float.parseFloat(number));
            default -> Double.doubleToLongBits(Double.parseDouble(number));
        };
    }

    /// The result, with one NaN for all.
    private static long canonical(char type, long bits) {
        return switch (type) {
            case 'i' -> (int) bits;
            case 'f' -> Float.floatToIntBits(Float.intBitsToFloat((int) bits));
            case 'F' -> Double.doubleToLongBits(Double.longBitsToDouble(bits));
            default -> bits;
        };
    }

    @Test
    void eachGivesTheResultOfTheSpecification() {
        LoadedModule module = module();
        for (Row row : ROWS) {
            for (String call : row.calls) {
                String[] sides = call.split(" = ", -1);
                String[] operands = sides[0].split(" ", -1);
                var arguments = new long[operands.length];
                for (int i = 0; i < operands.length; i++) {
                    arguments[i] = bits(row.parameters.charAt(i), operands[i]);
                }
                long result = module.call(row.name(), arguments)[0];
                assertThat(canonical(row.result, result))
                        .as("%s %s", row.name(), call)
                        .isEqualTo(bits(row.result, sides[1]));
            }
        }
    }

    @Test
    void noneIsLeftOut() {
        var expected = new ArrayList<String>();
        IntStream.rangeClosed(0x45, 0xc4).forEach(i -> expected.add("%02x".formatted(i)));
        IntStream.rangeClosed(0, 7).forEach(i -> expected.add("fc%02x".formatted(i)));
        assertThat(ROWS).extracting(Row::name).containsExactlyElementsOf(expected);
    }
}
