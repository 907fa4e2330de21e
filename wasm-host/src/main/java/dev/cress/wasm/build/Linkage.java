package dev.cress.wasm.build;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.wasi.WasiFunctions;

import run.endive.runtime.ImportFunction;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.MemorySection;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What the engine would find out only when it makes an instance, or not at all: the types of
/// imports and of `_start`, and what exports point at. Said here, it is said at the upload.
final class Linkage {
    private static final Map<String, FunctionType> OFFERED =
            WasiFunctions.all().stream()
                    .collect(Collectors.toMap(ImportFunction::name, ImportFunction::functionType));

    private static final FunctionType START = FunctionType.of(List.of(), List.of());

    private final WasmModule module;

    private Linkage(WasmModule module) {
        this.module = module;
    }

    /// Checks a module whose imported names are known to be offered.
    static void check(WasmModule module) throws RefusedModuleException {
        var linkage = new Linkage(module);
        linkage.imports();
        linkage.exports();
    }

    private void imports() throws RefusedModuleException {
        for (int i = 0; i < module.importSection().importCount(); i++) {
            if (module.importSection().getImport(i) instanceof FunctionImport wanted) {
                var type = module.typeSection().getType(wanted.typeIndex());
                var offered = OFFERED.get(wanted.name());
                if (!type.equals(offered)) {
                    throw new RefusedModuleException(
                            "missing-import",
                            "module imports %s.%s as %s, but it is %s"
                                    .formatted(wanted.module(), wanted.name(), type, offered));
                }
            }
        }
    }

    private void exports() throws RefusedModuleException {
        var names = new HashSet<String>();
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (!names.add(export.name())) {
                throw invalid(
                        "module exports the name '%s' twice".formatted(Shown.of(export.name())));
            }
            int count = count(export.exportType());
            if (Integer.compareUnsigned(export.index(), count) >= 0) {
                throw invalid(
                        "export '%s' is %s %s, but the module has %d"
                                .formatted(
                                        Shown.of(export.name()),
                                        export.exportType().name().toLowerCase(Locale.ROOT),
                                        Integer.toUnsignedString(export.index()),
                                        count));
            }
            if (export.name().equals("_start")) {
                start(export);
            }
        }
    }

    /// A host calls it without arguments, whatever its type says.
    private void start(Export export) throws RefusedModuleException {
        var type = functionType(export.index());
        if (!type.equals(START)) {
            throw new RefusedModuleException(
                    "unknown-abi",
                    "module exports _start as %s, but it must be %s".formatted(type, START));
        }
    }

    private FunctionType functionType(int function) {
        int imported = module.importSection().importCount();
        int type =
                function < imported
                        ? ((FunctionImport) module.importSection().getImport(function)).typeIndex()
                        : module.functionSection().getFunctionType(function - imported);
        return module.typeSection().getType(type);
    }

    private int count(ExternalType type) {
        return switch (type) {
            case FUNCTION ->
                    module.importSection().importCount() + module.functionSection().functionCount();
            case TABLE -> module.tableSection().tableCount();
            case MEMORY -> module.memorySection().map(MemorySection::memoryCount).orElse(0);
            case GLOBAL -> module.globalSection().globalCount();
            case TAG -> 0;
        };
    }

    private static RefusedModuleException invalid(String message) {
        return new RefusedModuleException("invalid-module", message);
    }
}
