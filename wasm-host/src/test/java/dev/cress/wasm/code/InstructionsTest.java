package dev.cress.wasm.code;

import static dev.cress.wasm.assembly.WasmBytes.EXTERNREF;
import static dev.cress.wasm.assembly.WasmBytes.F32;
import static dev.cress.wasm.assembly.WasmBytes.F64;
import static dev.cress.wasm.assembly.WasmBytes.FUNCREF;
import static dev.cress.wasm.assembly.WasmBytes.I32;
import static dev.cress.wasm.assembly.WasmBytes.I64;
import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;

import org.junit.jupiter.api.Test;

import run.endive.runtime.TrapException;

/// Each instruction of the Core Specification 2.0 that isn't numeric passes admission, links and
/// does what the specification says (4.4).
class InstructionsTest {
    private static final long ONE_F32 = Float.floatToIntBits(1);
    private static final long ONE_F64 = Double.doubleToLongBits(1);

    private final Assembler module = Assembler.withMemory(1);

    /// What a function without parameters with this code gives.
    private long result(String type, WasmBytes code) {
        return resultWithLocals(type, bytes(0), code);
    }

    private long resultWithLocals(String type, WasmBytes locals, WasmBytes code) {
        module.export("it", 0, module.functionWithLocals("", type, locals, code.end()));
        return LoadedModule.of(module).call("it")[0];
    }

    private static WasmBytes get(int local) {
        return bytes(0x20).u32(local);
    }

    @Test
    void unreachableTrapsAndNopDoesNothing() {
        assertThatThrownBy(() -> result("i", bytes(0x01, 0x00))).isInstanceOf(TrapException.class);
    }

    @Test
    void blocksLoopsAndConditionsGiveValues() {
        // block (i32) 1; if (i32) then 2 else 3: 2; add; block (i32) 4 br 0: 4; add
        var code = bytes(0x02, I32).i32(1).end().i32(1).u8(0x04, I32).i32(2).u8(0x05).i32(3).end();
        code.u8(0x6a, 0x02, I32).i32(4).u8(0x0c, 0).end().u8(0x6a);
        assertThat(result("i", code)).isEqualTo(7);
    }

    @Test
    void aBlockTakesAndGivesSeveralValues() {
        int swapped = module.type("iI", "Ii");
        var locals = bytes(2, 1, I32, 1, I64);
        var code = bytes().i32(5).i64(9).u8(0x02).u32(swapped).u8(0x21, 1, 0x21, 0, 0x20, 1);
        code.u8(0x20, 0).end().u8(0x1a, 0xa7);
        assertThat(resultWithLocals("i", locals, code)).isEqualTo(9);
    }

    @Test
    void aLoopTakesAValueEachTime() {
        // from 10 down to 0, counted in local 0
        int counting = module.type("i", "i");
        var code = bytes().i32(10).u8(0x03).u32(counting).i32(1).u8(0x6b, 0x20, 0).i32(1);
        code.u8(0x6a, 0x21, 0, 0x22, 1, 0x20, 1, 0x0d, 0).end().u8(0x1a, 0x20, 0);
        assertThat(resultWithLocals("i", bytes(1, 2, I32), code)).isEqualTo(10);
    }

    @Test
    void aBranchTableChoosesForwardsAndBackwards() {
        // loop: local 0 counts; br_table 0 → again, 1 → 100, else → 200
        var code = bytes(0x02, 0x40, 0x02, 0x40, 0x03, 0x40, 0x20, 0).i32(1).u8(0x6a, 0x22, 0);
        code.i32(3).u8(0x4e, 0x20, 1, 0x6a, 0x0e, 2, 0, 1, 2).end().end().i32(100).u8(0x0f).end();
        int function = module.functionWithLocals("ii", "i", bytes(0), code.i32(200).end());
        module.export("it", 0, function);
        var loaded = LoadedModule.of(module);
        assertThat(loaded.call("it", 0, 0)).containsExactly(100);
        assertThat(loaded.call("it", 0, 5)).containsExactly(200);
    }

    @Test
    void returnLeavesAllBlocks() {
        assertThat(result("i", bytes(0x02, 0x40).i32(3).u8(0x0f).end().i32(4))).isEqualTo(3);
    }

    private void selecting(String type, WasmBytes one, WasmBytes other) {
        var code = bytes().add(one).drop().add(one).add(other).i32(1).u8(0x1b).end();
        module.export(type, 0, module.function("", type, code));
    }

    @Test
    void selectAndDropWorkOnEachType() {
        selecting("i", bytes().i32(1), bytes().i32(2));
        selecting("I", bytes().i64(1), bytes().i64(2));
        selecting("f", bytes().f32(1), bytes().f32(2));
        selecting("F", bytes().f64(1), bytes().f64(2));
        var loaded = LoadedModule.of(module);
        assertThat(loaded.call("i")).containsExactly(1);
        assertThat(loaded.call("I")).containsExactly(1);
        assertThat(loaded.call("f")).containsExactly(ONE_F32);
        assertThat(loaded.call("F")).containsExactly(ONE_F64);
    }

    @Test
    void selectOfATypeWorksOnReferences() {
        module.passiveElements(0);
        var code = bytes(0xd0, FUNCREF, 0xd2, 0).i32(1).u8(0x1c, 1, FUNCREF, 0xd1);
        code.u8(0xd0, EXTERNREF, 0xd0, EXTERNREF).i32(0).u8(0x1c, 1, EXTERNREF, 0xd1, 0x6a);
        code.i32(7).i32(8).i32(0).u8(0x1c, 1, I32, 0x6a);
        assertThat(result("i", code)).isEqualTo(10);
    }

    @Test
    void localsOfEachTypeBeginWithZeroAndKeepWhatIsSet() {
        module.passiveElements(0);
        var locals = bytes(6, 1, I32, 1, I64, 1, F32, 1, F64, 1, FUNCREF, 1, EXTERNREF);
        var code = bytes(0x20, 4, 0xd1, 0x20, 5, 0xd1, 0x6a, 0x20, 2, 0xa8, 0x6a, 0x20, 3, 0xaa);
        code.u8(0x6a, 0x20, 1, 0xa7, 0x6a, 0x20, 0, 0x6a);
        code.i32(10).u8(0x21, 0, 0x20, 0, 0x6a).i64(20).u8(0x22, 1, 0xa7, 0x6a);
        code.f32(30).u8(0x22, 2, 0xa8, 0x6a).f64(40).u8(0x21, 3, 0x20, 3, 0xaa, 0x6a);
        code.u8(0xd2, 0, 0x22, 4, 0xd1, 0x6a, 0xd0, EXTERNREF, 0x21, 5);
        assertThat(resultWithLocals("i", locals, code)).isEqualTo(102);
    }

    @Test
    void globalsOfEachTypeAreReadAndWritten() {
        module.global(1)
                .global(I64, bytes().i64(2))
                .global(F32, bytes().f32(3))
                .global(F64, bytes().f64(4))
                .global(FUNCREF, bytes(0xd2, 0))
                .global(EXTERNREF, bytes(0xd0, EXTERNREF));
        var sum = bytes(0x23, 0, 0x23, 1, 0xa7, 0x6a, 0x23, 2, 0xa8, 0x6a, 0x23, 3, 0xaa, 0x6a);
        sum.u8(0x23, 4, 0xd1).i32(100).u8(0x6c, 0x6a, 0x23, 5, 0xd1).i32(1_000).u8(0x6c, 0x6a);
        var code = bytes().add(sum).i32(10).u8(0x24, 0).i64(20).u8(0x24, 1).f32(30).u8(0x24, 2);
        code.f64(40).u8(0x24, 3, 0xd0, FUNCREF, 0x24, 4, 0xd0, EXTERNREF, 0x24, 5).add(sum);
        assertThat(result("i", code.u8(0x6a))).isEqualTo(1_010 + 1_200);
    }

    @Test
    void eachLoadExtendsAsItSays() {
        module.data(8, bytes().littleEndian(0x8182_8384_8586_8788L, 8).toBytes());
        String types = "iIfFiiiiIIIIII";
        long value = 0x8182_8384_8586_8788L;
        long[] expected = {
            (int) value,
            value,
            (int) value,
            value,
            -120,
            0x88,
            -30_840,
            0x8788,
            -120,
            0x88,
            -30_840,
            0x8788,
            (int) value,
            0x8586_8788L
        };
        for (int i = 0; i < types.length(); i++) {
            var code = bytes().i32(5).u8(0x28 + i, 0, 3).end();
            module.export("l" + i, 0, module.function("", types.substring(i, i + 1), code));
        }
        var loaded = LoadedModule.of(module);
        for (int i = 0; i < types.length(); i++) {
            long got = loaded.call("l" + i)[0];
            boolean narrow = "if".indexOf(types.charAt(i)) >= 0;
            assertThat(narrow ? (int) got : got).as("load %d", i).isEqualTo(expected[i]);
        }
    }

    @Test
    void eachStoreWritesItsBytesAndNoMore() {
        String types = "iIfFiiIII";
        int[] widths = {4, 8, 4, 8, 1, 2, 1, 2, 4};
        long value = 0x8182_8384_8586_8788L;
        for (int i = 0; i < widths.length; i++) {
            var code = bytes().i32(5).add(get(0)).u8(0x36 + i, 0, 3).i32(8).u8(0x29, 0, 0).end();
            module.export("s" + i, 0, module.function(types.substring(i, i + 1), "I", code));
        }
        for (int i = 0; i < widths.length; i++) {
            long mask = widths[i] == 8 ? -1 : (1L << (8 * widths[i])) - 1;
            long operand = "if".indexOf(types.charAt(i)) >= 0 ? (int) value : value;
            assertThat(LoadedModule.of(module).call("s" + i, operand))
                    .as("store %d", i)
                    .containsExactly(value & mask);
        }
    }

    @Test
    void memoryIsMeasuredGrownFilledCopiedInitialisedAndItsSegmentsDropped() {
        module.passiveData(new byte[] {1, 2, 3, 4});
        // 1 + grow: 1 + 2 pages now
        var code = bytes(0x3f, 0).i32(1).u8(0x40, 0, 0x6a, 0x3f, 0, 0x6a);
        // 5 at 100, copied to 200; 2, 3 at 201
        code.i32(100).i32(5).i32(9).u8(0xfc, 11, 0).i32(200).i32(100).i32(4).u8(0xfc, 10, 0, 0);
        code.i32(201).i32(1).i32(2).u8(0xfc, 8, 0, 0, 0xfc, 9, 0);
        code.i32(0).i32(0).i32(0).u8(0xfc, 8, 0, 0).i32(200).u8(0x28, 0, 0, 0x6a);
        assertThat(result("i", code)).isEqualTo(4 + 0x0503_0205);
    }

    @Test
    void tablesAreReadWrittenMeasuredGrownFilledCopiedInitialisedAndSegmentsDropped() {
        module.table(2, 50).table(EXTERNREF, 1, 50).passiveElements(0, 0);
        var code = bytes(0xd2, 0).i32(3).u8(0xfc, 15, 0, 0xfc, 16, 0, 0x6a);
        code.i32(0).i32(0).i32(2).u8(0xfc, 12, 0, 0, 0xfc, 13, 0);
        code.i32(0).u8(0xd0, FUNCREF, 0x26, 0).i32(4).i32(0).i32(1).u8(0xfc, 14, 0, 0);
        code.i32(3).u8(0xd0, FUNCREF).i32(1).u8(0xfc, 17, 0);
        // 0, 3 and 4 are null, 1 and 2 not
        for (int i = 0; i < 5; i++) {
            code.i32(i).u8(0x25, 0, 0xd1).i32(10 << i).u8(0x6c, 0x6a);
        }
        code.u8(0xd0, EXTERNREF).i32(2).u8(0xfc, 15, 1, 0xfc, 16, 1, 0x6a, 0x6a);
        code.i32(0).u8(0xd0, EXTERNREF).i32(3).u8(0xfc, 17, 1);
        code.i32(0).u8(0xd0, EXTERNREF, 0x26, 1).i32(2).u8(0x25, 1, 0xd1, 0x6a);
        assertThat(result("i", code)).isEqualTo(2 + 5 + 10 + 80 + 160 + 1 + 3 + 1);
    }
}
