package dev.cress.wasm.code;

import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.SectionId;

import java.io.ByteArrayInputStream;

/// The engine's parser, as bytes that a scan has passed are given to it.
public final class ModuleParser {
    private ModuleParser() {}

    /// Parses and validates a module.
    public static WasmModule parse(byte[] module) {
        return parse(module, true);
    }

    /// Parses what was cut down from a module that is valid.
    public static WasmModule parseStripped(byte[] module) {
        return parse(module, false);
    }

    private static WasmModule parse(byte[] module, boolean validating) {
        return parser(validating).parse(() -> new ByteArrayInputStream(module));
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
}
