package dev.cress.wasm;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.isolate.Blueprint;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.ModuleScan;
import dev.cress.wasm.scan.StrippedModule;
import dev.cress.wasm.wasi.WasiFunctions;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.SectionId;

import java.io.ByteArrayInputStream;
import java.util.Set;
import java.util.stream.Collectors;

/// Bytes to image: scan, ABI check, parse, validate, compile, initialise, in this order, so that
/// the engine never sees bytes that the scan didn't pass.
final class Preparation {
    private static final ImportValues OFFERED =
            ImportValues.builder()
                    .addFunction(WasiFunctions.all().toArray(ImportFunction[]::new))
                    .build();

    private static final int REASON_CHARACTERS_MAX = 200;

    private Preparation() {}

    /// Does all that is dangerous to do with bytes that anybody may have sent.
    ///
    /// @param digest of the module, in hex
    static ImageContent build(byte[] bytes, String digest, String wantedAbi, WasmHost host)
            throws RefusedModuleException {
        ModuleOutline outline = ModuleScan.scan(bytes);
        Abi abi = Inspection.abi(outline, wantedAbi);
        try {
            WasmModule module = parse(bytes, true);
            Linkage.check(module);
            var compiled = GuestCode.compile(module, "guest.M" + digest.substring(0, 12));
            boolean interprets = !compiled.interpreted().isEmpty();
            var begin =
                    new Initialisation(module, GuestCode.load(compiled), OFFERED, interprets, host)
                            .run();
            byte[] stripped =
                    StrippedModule.of(bytes, outline.uses(), interpreted(module, compiled));
            return new ImageContent(
                    abi, start(module), begin.start(), stripped, compiled, begin.state());
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            // the engine says most of what is wrong with a module, but not all, in its own words
            var refused =
                    new RefusedModuleException(
                            "invalid-module", "module is not valid: " + reason(e));
            refused.initCause(e);
            throw refused;
        }
    }

    /// Defines what was built.
    static Image load(ImageContent content) {
        try {
            var compiled = content.compiled();
            return new Image(
                    content.abi(),
                    Blueprint.startingFrom(
                            content.state(),
                            parse(content.stripped(), false),
                            GuestCode.load(compiled),
                            OFFERED,
                            !compiled.interpreted().isEmpty(),
                            content.start()),
                    content.entry());
        } catch (RuntimeException | LinkageError e) {
            throw new WasmHostException("image can't be loaded: " + reason(e), e);
        }
    }

    private static WasmModule parse(byte[] bytes, boolean validating) {
        return parser(validating).parse(() -> new ByteArrayInputStream(bytes));
    }

    private static int start(WasmModule module) {
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (export.name().equals("_start")) {
                return export.index();
            }
        }
        throw new IllegalStateException("the ABI check found _start");
    }

    /// Which of the functions that the module defines aren't compiled.
    private static Set<Integer> interpreted(WasmModule module, GuestCode.Compiled compiled) {
        int imported = module.importSection().importCount();
        return compiled.interpreted().stream().map(f -> f - imported).collect(Collectors.toSet());
    }

    /// Every section but the custom ones: the engine would read the names of functions in there,
    /// and allocate what their lengths say before it looks at the bytes left.
    private static Parser parser(boolean validating) {
        var parser = Parser.builder().withValidation(validating);
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
