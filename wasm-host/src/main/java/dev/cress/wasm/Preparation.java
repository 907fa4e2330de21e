package dev.cress.wasm;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.wasi.WasiFunctions;

import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.SectionId;

import java.io.ByteArrayInputStream;

/// Bytes to image: scan, ABI check, parse, validate, compile, in this order, so that the engine
/// never sees bytes that the scan didn't pass.
final class Preparation {
    private static final ImportValues OFFERED =
            ImportValues.builder()
                    .addFunction(WasiFunctions.all().toArray(ImportFunction[]::new))
                    .build();

    private static final int REASON_CHARACTERS_MAX = 200;

    private Preparation() {}

    static Image prepare(byte[] bytes, String wantedAbi) throws RefusedModuleException {
        Abi abi = Inspection.abi(bytes, wantedAbi);
        try {
            WasmModule module = parser().parse(() -> new ByteArrayInputStream(bytes));
            Linkage.check(module);
            var machines =
                    MachineFactoryCompiler.builder(module)
                            .withInterpreterFallback(InterpreterFallback.SILENT)
                            .compile();
            return new Image(abi, module, machines, OFFERED);
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            // the engine says most of what is wrong with a module, but not all, in its own words
            var refused =
                    new RefusedModuleException(
                            "invalid-module", "module is not valid: " + reason(e));
            refused.initCause(e);
            throw refused;
        }
    }

    /// Every section but the custom ones: the engine would read the names of functions in there,
    /// and allocate what their lengths say before it looks at the bytes left.
    private static Parser parser() {
        var parser = Parser.builder().withValidation(true);
        for (int id = SectionId.TYPE; id <= SectionId.DATA_COUNT; id++) {
            parser.includeSectionId(id);
        }
        return parser.build();
    }

    private static String reason(Throwable fault) {
        String message = fault.getMessage();
        if (message == null) {
            return fault.getClass().getSimpleName();
        }
        String line = message.lines().findFirst().orElse("");
        return line.length() <= REASON_CHARACTERS_MAX
                ? line
                : line.substring(0, REASON_CHARACTERS_MAX) + "…";
    }
}
