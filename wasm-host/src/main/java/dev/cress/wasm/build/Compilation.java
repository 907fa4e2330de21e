package dev.cress.wasm.build;

import dev.cress.wasm.code.FunctionTooLargeException;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.StrippedModule;

import run.endive.wasm.WasmModule;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Compiles a module whose larger functions may not fit a method of the JVM, 64 KiB of bytecode:
/// those are interpreted. The engine finds them one by one and compiles everything again for each,
/// so that 40 took 12 s. Here all that may be too large are compiled at once with the others
/// emptied, then, only if one is, each of them alone: 40 of a
/// compiler's size take 4 s, and there are no more.
final class Compilation {
    /// An engine of a language of 11.5 MB has nine.
    static final int OVERSIZED_MAX = 40;

    /// Found by compiling everything: few instructions that make much bytecode.
    static final int UNSUSPECTED_MAX = 4;

    /// Compiled code has 3 to 6 bytes for each of a compiler's, and 16 were too many.
    private static final int SUSPECT_INSTRUCTIONS = 4_000;

    private final byte[] bytes;
    private final ModuleOutline.Uses uses;
    private final WasmModule module;
    private final String name;
    private final int imported;

    /// Indices among all functions.
    private final Set<Integer> oversized = new HashSet<>();

    /// @param bytes that the module was parsed from
    /// @param name of the main class
    Compilation(byte[] bytes, ModuleOutline.Uses uses, WasmModule module, String name) {
        this.bytes = bytes;
        this.uses = uses;
        this.module = module;
        this.name = name;
        this.imported = module.importSection().importCount();
    }

    GuestCode.Compiled run() throws RefusedModuleException {
        Set<Integer> suspects = suspects();
        if (!suspects.isEmpty() && !compiles(suspects)) {
            for (int suspect : suspects) {
                if (!compiles(Set.of(suspect))) {
                    add(suspect + imported, OVERSIZED_MAX);
                }
            }
        }
        int unsuspectedMax = oversized.size() + UNSUSPECTED_MAX;
        while (true) {
            try {
                return GuestCode.compile(module, name, oversized);
            } catch (FunctionTooLargeException e) {
                add(e.function(), unsuspectedMax);
            }
        }
    }

    private Set<Integer> suspects() {
        var code = module.codeSection();
        return IntStream.range(0, code.functionBodyCount())
                .filter(i -> instructions(i) > SUSPECT_INSTRUCTIONS)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private int instructions(int body) {
        return module.codeSection().getFunctionBody(body).instructions().size();
    }

    /// Whether each of these fits, by its index among the defined ones.
    private boolean compiles(Set<Integer> bodies) {
        try {
            byte[] stripped = StrippedModule.of(bytes, uses, bodies);
            GuestCode.compile(ModuleParser.parseStripped(stripped), name, Set.of());
            return true;
        } catch (FunctionTooLargeException e) {
            return false;
        }
    }

    private void add(int function, int max) throws RefusedModuleException {
        oversized.add(function);
        if (oversized.size() > max) {
            throw new RefusedModuleException(
                    "module-too-large",
                    "module has over %d functions that make more than 64 KiB of bytecode, function %d with its %d instructions among them: split them"
                            .formatted(max, function, instructions(function - imported)));
        }
    }
}
