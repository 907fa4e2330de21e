package dev.cress.wasm;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.wasi.WasiFunctions;

import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;

import java.io.ByteArrayInputStream;

/// Bytes to image: scan, ABI check, parse, validate, compile, in this order, so that the engine
/// never sees bytes that the scan didn't pass.
final class Preparation {
    private static final ImportValues OFFERED =
            ImportValues.builder()
                    .addFunction(WasiFunctions.all().toArray(ImportFunction[]::new))
                    .build();

    private Preparation() {}

    static Image prepare(byte[] bytes, String wantedAbi) throws RefusedModuleException {
        Abi abi = Inspection.abi(bytes, wantedAbi);
        try {
            WasmModule module =
                    Parser.builder()
                            .withValidation(true)
                            .build()
                            .parse(() -> new ByteArrayInputStream(bytes));
            checkTypes(module);
            var machines =
                    MachineFactoryCompiler.builder(module)
                            .withInterpreterFallback(InterpreterFallback.SILENT)
                            .compile();
            return new Image(abi, module, machines, OFFERED);
        } catch (WasmEngineException e) {
            throw new RefusedModuleException(
                    "invalid-module", "module is not valid: " + e.getMessage());
        }
    }

    /// The names are known; a function of another type under such a name must be said here, not at
    /// a run.
    private static void checkTypes(WasmModule module) throws RefusedModuleException {
        var imports = module.importSection();
        for (int i = 0; i < imports.importCount(); i++) {
            if (imports.getImport(i) instanceof FunctionImport wanted) {
                var type = module.typeSection().getType(wanted.typeIndex());
                for (ImportFunction offered : WasiFunctions.all()) {
                    if (offered.name().equals(wanted.name())
                            && !offered.functionType().equals(type)) {
                        throw new RefusedModuleException(
                                "missing-import",
                                "module imports %s.%s as %s, but it is %s"
                                        .formatted(
                                                wanted.module(),
                                                wanted.name(),
                                                type,
                                                offered.functionType()));
                    }
                }
            }
        }
    }
}
