package dev.cress.wasm.scan;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Scans one module, once. Not thread-safe.
public final class ModuleScan {
    private static final int[] MAGIC = {0x00, 0x61, 0x73, 0x6d};

    /// Section ids in the order in which they may come; 12 (data count) stands before 10 (code).
    private static final List<Integer> ORDER = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11);

    private final byte[] module;
    private final ByteCursor in;
    private final CodeScan code;
    private final List<ModuleOutline.Import> imports = new ArrayList<>();
    private final List<ModuleOutline.Export> exports = new ArrayList<>();
    private final FunctionTypes types = new FunctionTypes();
    private int functions;
    private int customSections;
    private long memoryPages = -1;
    private long tableEntries;
    private long codeBytes;
    private long dataBytes;
    private long customBytes;

    private ModuleScan(byte[] module) {
        this.module = module;
        this.in = new ByteCursor(module);
        this.code = new CodeScan(in);
    }

    /// Scans these bytes, or says why they can't be a module of ours.
    public static ModuleOutline scan(byte[] module) throws RefusedModuleException {
        if (module.length > ScanLimits.MODULE_BYTES_MAX) {
            throw new RefusedModuleException(
                    "module-too-large",
                    "module is %d MiB, at most %d MiB"
                            .formatted(
                                    (module.length + (1 << 20) - 1) >> 20,
                                    ScanLimits.MODULE_BYTES_MAX >> 20));
        }
        return new ModuleScan(module).run();
    }

    private ModuleOutline run() throws RefusedModuleException {
        header();
        int last = -1;
        while (!in.atEnd()) {
            int id = in.u8();
            long size = in.u32();
            if (id != 0) {
                int place = ORDER.indexOf(id);
                if (id == 13) {
                    throw Feature.EXCEPTIONS.refused();
                }
                if (place < 0) {
                    throw in.invalid("unknown section %d".formatted(id));
                }
                if (place <= last) {
                    throw in.invalid("section %d stands out of order".formatted(id));
                }
                last = place;
            }
            int outer = in.enter(sectionName(id), size);
            section(id, size);
            in.leave(outer, "module");
        }
        if (code.bodies() != functions) {
            throw in.invalid(
                    "module declares %d functions, but has %d bodies"
                            .formatted(functions, code.bodies()));
        }
        return new ModuleOutline(
                imports,
                exports,
                functions,
                memoryPages,
                codeBytes,
                dataBytes,
                customBytes,
                new ModuleOutline.Uses(
                        code.instructions().usesDataSegments(),
                        code.instructions().usesElementSegments()));
    }

    private void header() throws RefusedModuleException {
        for (int expected : MAGIC) {
            if (in.atEnd() || in.u8() != expected) {
                throw new RefusedModuleException(
                        "not-wasm",
                        "this is not a WebAssembly module: its %d bytes begin with '%s', not with"
                                        .formatted(module.length, begin())
                                + " '00 61 73 6d' (\\0asm)");
            }
        }
        long version = in.u8() | in.u8() << 8 | in.u8() << 16 | (long) in.u8() << 24;
        if (version >> 16 == 1) {
            throw new RefusedModuleException(
                    "component",
                    "this is a WebAssembly component; Cress runs core modules, components not yet:"
                            + " build for WASI preview 1 (wasm32-wasip1)");
        }
        if (version != 1) {
            throw new RefusedModuleException(
                    "invalid-module", "unknown binary version %d, expected 1".formatted(version));
        }
    }

    private String begin() {
        return HexFormat.ofDelimiter(" ")
                .formatHex(module, 0, Math.min(module.length, MAGIC.length));
    }

    private static String sectionName(int id) {
        return switch (id) {
            case 0 -> "custom section";
            case 1 -> "type section";
            case 2 -> "import section";
            case 3 -> "function section";
            case 4 -> "table section";
            case 5 -> "memory section";
            case 6 -> "global section";
            case 7 -> "export section";
            case 8 -> "start section";
            case 9 -> "element section";
            case 10 -> "code section";
            case 11 -> "data section";
            default -> "data count section";
        };
    }

    private void section(int id, long size) throws RefusedModuleException {
        switch (id) {
            case 0 -> custom(size);
            case 1 -> types();
            case 2 -> imports();
            case 3 -> functions();
            case 4 -> tables();
            case 5 -> memories();
            case 6 -> globals();
            case 7 -> exports();
            case 8, 12 -> in.u32();
            case 9 -> code.elements();
            case 10 -> {
                codeBytes = size;
                code.bodies(functions);
            }
            default -> dataBytes = code.data();
        }
    }

    private void custom(long size) throws RefusedModuleException {
        customBytes += size;
        if (++customSections > ScanLimits.CUSTOM_SECTIONS_MAX) {
            throw in.invalid(
                    "module has %d custom sections, at most %d"
                            .formatted(customSections, ScanLimits.CUSTOM_SECTIONS_MAX));
        }
        in.name();
        in.skip(in.left());
    }

    private void types() throws RefusedModuleException {
        int count = in.count("types", ScanLimits.TYPES_MAX);
        for (int i = 0; i < count; i++) {
            int form = in.u8();
            if (form == 0x4e || form == 0x4f || form == 0x50 || form == 0x5e || form == 0x5f) {
                throw Feature.GC.refused();
            }
            if (form != 0x60) {
                throw in.invalid("unknown type form 0x%02x".formatted(form));
            }
            types.add(
                    valueTypes("parameters", ScanLimits.PARAMETERS_MAX),
                    valueTypes("results", ScanLimits.RESULTS_MAX));
        }
    }

    private String valueTypes(String things, int max) throws RefusedModuleException {
        int count = in.count(things + " of a function type", max);
        if (count == 0) {
            return "";
        }
        var letters = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            letters.append(ValueTypes.letter(ValueTypes.read(in)));
        }
        return letters.toString();
    }

    private void imports() throws RefusedModuleException {
        int count = in.count("imports", ScanLimits.IMPORTS_MAX);
        for (int i = 0; i < count; i++) {
            var wanted = new ModuleOutline.Import(in.name(), in.name());
            switch (in.u8()) {
                case 0 -> {
                    types.function(in.u32());
                    imports.add(wanted);
                }
                case 1 -> throw importRefused("table", wanted);
                case 2 -> throw importRefused("memory", wanted);
                case 3 -> throw importRefused("global", wanted);
                case 4 -> throw Feature.EXCEPTIONS.refused();
                default ->
                        throw in.invalid(
                                "import %s has an unknown kind"
                                        .formatted(Shown.of(wanted.toString())));
            }
        }
    }

    private static RefusedModuleException importRefused(String kind, ModuleOutline.Import wanted) {
        return new RefusedModuleException(
                "missing-import",
                "module imports the %s %s; Cress offers functions only: let the module define its own"
                        .formatted(kind, Shown.of(wanted.toString())));
    }

    private void functions() throws RefusedModuleException {
        functions = in.count("functions", ScanLimits.FUNCTIONS_MAX);
        for (int i = 0; i < functions; i++) {
            types.function(in.u32());
        }
    }

    private void tables() throws RefusedModuleException {
        int count = in.count("tables", ScanLimits.TABLES_MAX);
        for (int i = 0; i < count; i++) {
            ValueTypes.reference(in);
            int flags = in.u8();
            if (flags > 1) {
                throw in.invalid("unknown table limits 0x%02x".formatted(flags));
            }
            tableEntries += in.u32();
            if (flags == 1) {
                in.u32();
            }
            if (tableEntries > ScanLimits.TABLE_ENTRIES_MAX) {
                throw new RefusedModuleException(
                        "invalid-module",
                        "module declares %d table entries, at most %d"
                                .formatted(tableEntries, ScanLimits.TABLE_ENTRIES_MAX));
            }
        }
    }

    private void memories() throws RefusedModuleException {
        int count = in.count("memories", 16);
        if (count > 1) {
            throw Feature.MULTI_MEMORY.refused();
        }
        for (int i = 0; i < count; i++) {
            int flags = in.u8();
            if ((flags & 4) != 0) {
                throw Feature.MEMORY64.refused();
            }
            if ((flags & 2) != 0) {
                throw Feature.SHARED_MEMORY.refused();
            }
            if (flags > 1) {
                throw in.invalid("unknown memory limits 0x%02x".formatted(flags));
            }
            memoryPages = in.u32();
            if (flags == 1) {
                in.u32();
            }
        }
    }

    private void globals() throws RefusedModuleException {
        int count = in.count("globals", ScanLimits.GLOBALS_MAX);
        for (int i = 0; i < count; i++) {
            ValueTypes.read(in);
            if (in.u8() > 1) {
                throw in.invalid("a global is neither constant nor variable");
            }
            code.constant();
        }
    }

    private void exports() throws RefusedModuleException {
        int count = in.count("exports", ScanLimits.EXPORTS_MAX);
        for (int i = 0; i < count; i++) {
            String name = in.name();
            String kind =
                    switch (in.u8()) {
                        case 0 -> "function";
                        case 1 -> "table";
                        case 2 -> "memory";
                        case 3 -> "global";
                        case 4 -> throw Feature.EXCEPTIONS.refused();
                        default ->
                                throw in.invalid(
                                        "export '%s' has an unknown kind"
                                                .formatted(Shown.of(name)));
                    };
            long index = in.u32();
            exports.add(
                    new ModuleOutline.Export(
                            kind,
                            name,
                            kind.equals("function") ? types.of(index) : Optional.empty()));
        }
    }
}
