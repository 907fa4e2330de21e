package dev.cress.wasm.scan;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a scan saw: enough to tell the ABI and to say what a module would cost.
///
/// @param functions defined in the module
/// @param memoryPages declared to start with, -1 if there is no memory
/// @param codeBytes of all function bodies
/// @param dataBytes of all data segments
/// @param customBytes of all custom sections: names, debug information
/// @param uses what its instances must have besides functions, globals, tables and memory
public record ModuleOutline(
        List<Import> imports,
        List<Export> exports,
        int functions,
        long memoryPages,
        long codeBytes,
        long dataBytes,
        long customBytes,
        Uses uses) {
    public ModuleOutline {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
    }

    /// What a module can do that a host has to undo or to provide for.
    ///
    /// @param dataSegments whether it initialises memory from segments, or drops them, as it runs
    /// @param elementSegments whether it does so with tables
    public record Uses(boolean dataSegments, boolean elementSegments) {}

    /// A function that the module wants from its host.
    public record Import(String module, String name) {
        @Override
        public String toString() {
            return module + "." + name;
        }
    }

    /// Something that the module offers.
    ///
    /// @param kind `function`, `table`, `memory` or `global`
    /// @param type of a function, if the module has it: that it does isn't checked here
    public record Export(String kind, String name, Optional<Signature> type) {
        /// Whether it is a function of this type.
        public boolean isFunction(String parameters, String results) {
            return type.filter(new Signature(parameters, results)::equals).isPresent();
        }

        /// As in `add(i32, i32) -> i32`.
        @Override
        public String toString() {
            return name + type.map(Signature::toString).orElse("");
        }
    }

    /// What a function takes and gives: `i` for i32, `I` for i64, `f` for f32, `F` for f64, `r` for
    /// a reference.
    public record Signature(String parameters, String results) {
        /// As in `(i32, i32) -> i32`.
        @Override
        public String toString() {
            String given = "(" + names(parameters) + ")";
            return results.length() == 1
                    ? given + " -> " + names(results)
                    : given + " -> (" + names(results) + ")";
        }

        private static String names(String letters) {
            return letters.chars()
                    .mapToObj(letter -> ValueTypes.name((char) letter))
                    .collect(Collectors.joining(", "));
        }
    }

    /// Whether a function of this module is imported.
    public boolean importsFrom(String module) {
        return imports.stream().anyMatch(i -> i.module().equals(module));
    }

    /// Whether there is an export of this kind and name.
    public boolean exports(String kind, String name) {
        return exports.stream().anyMatch(e -> e.kind().equals(kind) && e.name().equals(name));
    }
}
