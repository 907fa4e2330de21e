package dev.cress.wasm.scan;

import java.util.List;

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

    /// Something that the module offers; `kind` is `function`, `table`, `memory` or `global`.
    public record Export(String kind, String name) {}

    /// Whether a function of this module is imported.
    public boolean importsFrom(String module) {
        return imports.stream().anyMatch(i -> i.module().equals(module));
    }

    /// Whether there is an export of this kind and name.
    public boolean exports(String kind, String name) {
        return exports.contains(new Export(kind, name));
    }
}
