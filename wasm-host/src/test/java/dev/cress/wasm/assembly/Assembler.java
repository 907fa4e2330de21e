package dev.cress.wasm.assembly;

import static dev.cress.wasm.assembly.WasmBytes.EXTERNREF;
import static dev.cress.wasm.assembly.WasmBytes.F32;
import static dev.cress.wasm.assembly.WasmBytes.F64;
import static dev.cress.wasm.assembly.WasmBytes.FUNCREF;
import static dev.cress.wasm.assembly.WasmBytes.I32;
import static dev.cress.wasm.assembly.WasmBytes.I64;
import static dev.cress.wasm.assembly.WasmBytes.bytes;

import java.util.ArrayList;
import java.util.List;

/// Puts a module together from its parts, in any order but one: imports come before functions. Type
/// strings are `i` for i32, `I` for i64, `f` for f32, `F` for f64, `r` for funcref, `x` for
/// externref.
public final class Assembler {
    private static final String WASI = "wasi_snapshot_preview1";

    private final List<WasmBytes> types = new ArrayList<>();
    private final List<String> typeKeys = new ArrayList<>();
    private final List<WasmBytes> imports = new ArrayList<>();
    private final List<Integer> functions = new ArrayList<>();
    private final List<WasmBytes> tables = new ArrayList<>();
    private final List<WasmBytes> memories = new ArrayList<>();
    private final List<WasmBytes> globals = new ArrayList<>();
    private final List<WasmBytes> exports = new ArrayList<>();
    private final List<WasmBytes> elements = new ArrayList<>();
    private final List<WasmBytes> codes = new ArrayList<>();
    private final List<WasmBytes> data = new ArrayList<>();
    private int start = -1;
    private boolean countsData;

    /// A module with this many pages of memory, exported as `memory`.
    public static Assembler withMemory(int pages) {
        return new Assembler().memory(bytes(0).u32(pages)).export("memory", 2, 0);
    }

    /// Returns the type's index.
    public int type(String parameters, String results) {
        String key = parameters + ">" + results;
        if (!typeKeys.contains(key)) {
            typeKeys.add(key);
            types.add(bytes(0x60).sized(valueTypes(parameters)).sized(valueTypes(results)));
        }
        return typeKeys.indexOf(key);
    }

    private static WasmBytes valueTypes(String letters) {
        var all = bytes();
        letters.chars().forEach(c -> all.u8(valueType((char) c)));
        return all;
    }

    private static int valueType(char letter) {
        return switch (letter) {
            case 'I' -> I64;
            case 'f' -> F32;
            case 'F' -> F64;
            case 'r' -> FUNCREF;
            case 'x' -> EXTERNREF;
            default -> I32;
        };
    }

    /// Returns the function's index.
    public int importing(String module, String name, String parameters, String results) {
        int type = type(parameters, results);
        imports.add(bytes().name(module).name(name).u8(0).u32(type));
        return imports.size() - 1;
    }

    /// Returns the function's index.
    public int wasi(String name, String parameters) {
        return importing(WASI, name, parameters, name.equals("proc_exit") ? "" : "i");
    }

    /// Returns the function's index. The code ends with its own `end`.
    public int function(String parameters, String results, WasmBytes code) {
        return functionWithLocals(parameters, results, bytes(0), code);
    }

    /// Returns the function's index.
    public int functionWithLocals(
            String parameters, String results, WasmBytes locals, WasmBytes code) {
        functions.add(type(parameters, results));
        codes.add(bytes().sized(bytes().add(locals).add(code)));
        return imports.size() + functions.size() - 1;
    }

    /// The function `_start` with this code.
    public Assembler start(WasmBytes code) {
        return export("_start", 0, function("", "", code));
    }

    /// The start section.
    public Assembler startSection(int function) {
        start = function;
        return this;
    }

    public Assembler memory(WasmBytes limits) {
        memories.add(limits);
        return this;
    }

    /// A table of function references.
    public Assembler table(int entries, int entriesMax) {
        return table(FUNCREF, entries, entriesMax);
    }

    /// A table of references of this type.
    public Assembler table(int type, int entries, int entriesMax) {
        tables.add(bytes(type, 1).u32(entries).u32(entriesMax));
        return this;
    }

    /// A variable of type i32.
    public Assembler global(int value) {
        return global(I32, bytes().i32(value));
    }

    /// A variable of this type that begins with what the constant expression says.
    public Assembler global(int type, WasmBytes value) {
        globals.add(bytes(type, 1).add(value).end());
        return this;
    }

    /// Exports a part of the module.
    ///
    /// @param kind 0 function, 1 table, 2 memory, 3 global
    public Assembler export(String name, int kind, int index) {
        exports.add(bytes().name(name).u8(kind).u32(index));
        return this;
    }

    /// An active segment of the first table.
    public Assembler element(int offset, int function) {
        elements.add(bytes(0).i32(offset).end().u32(1).u32(function));
        return this;
    }

    /// A passive segment of function references, for `table.init`.
    public Assembler passiveElements(int... functions) {
        var segment = bytes(1, 0).u32(functions.length);
        for (int function : functions) {
            segment.u32(function);
        }
        elements.add(segment);
        return this;
    }

    /// An active segment of the memory.
    public Assembler data(int offset, byte[] content) {
        data.add(bytes(0).i32(offset).end().u32(content.length).add(content));
        return this;
    }

    /// A passive segment of the memory, for `memory.init`.
    public Assembler passiveData(byte[] content) {
        data.add(bytes(1).u32(content.length).add(content));
        countsData = true;
        return this;
    }

    public byte[] toBytes() {
        var module = WasmBytes.header();
        section(module, 1, types);
        section(module, 2, imports);
        section(module, 3, functions.stream().map(type -> bytes().u32(type)).toList());
        section(module, 4, tables);
        section(module, 5, memories);
        section(module, 6, globals);
        section(module, 7, exports);
        if (start >= 0) {
            module.section(8, bytes().u32(start));
        }
        section(module, 9, elements);
        if (countsData) {
            module.section(12, bytes().u32(data.size()));
        }
        section(module, 10, codes);
        section(module, 11, data);
        return module.toBytes();
    }

    private static void section(WasmBytes module, int id, List<WasmBytes> entries) {
        if (!entries.isEmpty()) {
            var content = bytes().u32(entries.size());
            entries.forEach(content::add);
            module.section(id, content);
        }
    }
}
