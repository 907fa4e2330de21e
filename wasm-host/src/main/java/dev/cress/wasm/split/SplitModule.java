package dev.cress.wasm.split;

import dev.cress.wasm.split.Types.FunctionType;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A module whose largest functions are cut into pieces. Functions and globals that pieces need are
/// added behind all others, so that every index means what it did; custom sections go.
public final class SplitModule {
    /// Code of all functions that are cut; those behind them stay whole. So much takes a few
    /// seconds at worst.
    static final int CUT_BYTES_MAX = 1 << 20;

    private static final int TYPES = 1;
    private static final int IMPORTS = 2;
    private static final int FUNCTIONS = 3;
    private static final int GLOBALS = 6;
    private static final int CODE = 10;
    private static final int DATA_COUNT = 12;
    private static final int HEADER_BYTES = 8;
    private static final int CONST = 0x41;
    private static final int I32 = 0x7f;
    private static final int F32 = 0x7d;
    private static final int F64 = 0x7c;

    private final byte[] module;
    private final Split split;
    private final TreeMap<Integer, byte[]> sections = new TreeMap<>();
    private final Types types = new Types();

    private SplitModule(byte[] module, Split split) {
        this.module = module;
        this.split = split;
    }

    /// The same module, in which no function is over what the JIT compiles, as far as they can be
    /// split.
    ///
    /// @param module that a scan has passed
    public static byte[] of(byte[] module) {
        return of(module, Split.DEFAULT);
    }

    static byte[] of(byte[] module, Split split) {
        return new SplitModule(module, split).run();
    }

    private byte[] run() {
        var in = new Code(module, HEADER_BYTES);
        while (in.position() < module.length) {
            int id = in.u8();
            byte[] content = in.take(in.u32());
            if (id != 0) {
                sections.put(id, content);
            }
        }
        byte[] code = sections.get(CODE);
        if (code == null) {
            return module;
        }
        section(TYPES).ifPresent(types::readTypes);
        section(IMPORTS).ifPresent(types::readImports);
        section(FUNCTIONS).ifPresent(types::readFunctions);
        int typesBefore = types.count();
        int functionsBefore = types.functions();
        var returns = new Returns(section(GLOBALS).map(Code::u32).orElse(0));
        List<byte[]> bodies = bodies(new Code(code, 0), returns);
        if (types.functions() == functionsBefore) {
            return module;
        }
        extend(TYPES, types.typesFrom(typesBefore).stream().map(SplitModule::type).toList());
        extend(
                FUNCTIONS,
                types.ofFunctionsFrom(functionsBefore).stream().map(SplitModule::number).toList());
        extend(GLOBALS, returns.types().stream().map(SplitModule::global).toList());
        sections.put(CODE, vector(bodies));
        return written();
    }

    private Optional<Code> section(int id) {
        return Optional.ofNullable(sections.get(id)).map(content -> new Code(content, 0));
    }

    /// All functions' bodies, those of pieces behind all others.
    private List<byte[]> bodies(Code in, Returns returns) {
        var bodies = new ArrayList<byte[]>();
        var pieces = new ArrayList<byte[]>();
        int count = in.u32();
        int cut = 0;
        for (int i = 0; i < count; i++) {
            byte[] body = in.take(in.u32());
            if (cut + body.length <= CUT_BYTES_MAX && split.mayConcern(body)) {
                FunctionType type = types.ofFunction(types.imported() + i);
                byte[] left = split.body(body, type, types, returns, pieces);
                cut += left == body ? 0 : body.length;
                body = left;
            }
            bodies.add(sized(body));
        }
        pieces.forEach(piece -> bodies.add(sized(piece)));
        return bodies;
    }

    private void extend(int id, List<byte[]> entries) {
        var out = new ByteArrayOutputStream();
        byte[] before = sections.getOrDefault(id, new byte[] {0});
        var in = new Code(before, 0);
        Code.number(out, in.u32() + entries.size());
        out.write(before, in.position(), before.length - in.position());
        entries.forEach(out::writeBytes);
        if (!entries.isEmpty()) {
            sections.put(id, out.toByteArray());
        }
    }

    private static byte[] vector(List<byte[]> entries) {
        var out = new ByteArrayOutputStream();
        Code.number(out, entries.size());
        entries.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] number(int number) {
        var out = new ByteArrayOutputStream();
        Code.number(out, number);
        return out.toByteArray();
    }

    private static byte[] sized(byte[] content) {
        var out = new ByteArrayOutputStream();
        Code.number(out, content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] type(FunctionType type) {
        var out = new ByteArrayOutputStream();
        out.write(0x60);
        for (List<Integer> values : List.of(type.parameters(), type.results())) {
            Code.number(out, values.size());
            values.forEach(out::write);
        }
        return out.toByteArray();
    }

    /// A variable that begins with zero.
    private static byte[] global(int type) {
        int zeros = type == F64 ? 8 : type == F32 ? 4 : 1;
        byte[] global = new byte[4 + zeros];
        global[0] = (byte) type;
        global[1] = 1;
        // i32, i64, f32, f64: their codes count down, those of their constants up
        global[2] = (byte) (CONST + I32 - type);
        global[global.length - 1] = 0x0b;
        return global;
    }

    /// In the order that the format has them in.
    private byte[] written() {
        var out = new ByteArrayOutputStream();
        out.write(module, 0, HEADER_BYTES);
        byte[] count = sections.remove(DATA_COUNT);
        for (var section : sections.entrySet()) {
            if (section.getKey() == CODE && count != null) {
                section(out, DATA_COUNT, count);
            }
            section(out, section.getKey(), section.getValue());
        }
        return out.toByteArray();
    }

    private static void section(ByteArrayOutputStream out, int id, byte[] content) {
        out.write(id);
        out.writeBytes(sized(content));
    }
}
