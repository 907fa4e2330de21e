package dev.cress.wasm.build;

import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Entry;

import run.endive.runtime.ImportFunction;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.MemorySection;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What the engine would find out only when it makes an instance, or not at all: the types of
/// imports and of what the host calls, and what exports point at. Said here, it is said at the
/// upload.
final class Linkage {
    private final WasmModule module;

    /// Functions that the host will call, by the names of their exports.
    private final Map<String, FunctionType> called = new HashMap<>();

    private final Map<String, Integer> found = new HashMap<>();

    private Linkage(WasmModule module, List<Entry> calls) {
        this.module = module;
        calls.forEach(call -> called.put(call.name(), call.type()));
    }

    /// Checks a module whose imported names are known to be offered.
    ///
    /// @param calls what the host calls
    /// @return what of it the module exports, with their indices
    static Map<String, Integer> check(WasmModule module, List<Entry> calls)
            throws RefusedModuleException {
        var linkage = new Linkage(module, calls);
        linkage.imports();
        linkage.exports();
        return Map.copyOf(linkage.found);
    }

    private void imports() throws RefusedModuleException {
        for (int i = 0; i < module.importSection().importCount(); i++) {
            if (module.importSection().getImport(i) instanceof FunctionImport wanted) {
                var type = module.typeSection().getType(wanted.typeIndex());
                var offered =
                        HostFunctions.find(wanted.module(), wanted.name())
                                .map(ImportFunction::functionType)
                                .orElseThrow();
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
            FunctionType expected = called.get(export.name());
            if (expected != null && export.exportType() == ExternalType.FUNCTION) {
                called(export, expected);
            }
        }
    }

    /// The host calls it as its convention says, whatever its type says.
    private void called(Export export, FunctionType expected) throws RefusedModuleException {
        var type = functionType(export.index());
        if (!type.equals(expected)) {
            throw new RefusedModuleException(
                    "unknown-abi",
                    "module exports %s as %s, but it must be %s"
                            .formatted(export.name(), type, expected));
        }
        found.put(export.name(), export.index());
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
