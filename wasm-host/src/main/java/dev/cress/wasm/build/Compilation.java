package dev.cress.wasm.build;

import dev.cress.wasm.code.FunctionTooLargeException;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.StrippedModule;

import run.endive.wasm.WasmModule;
import run.endive.wasm.types.OpCode;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Compiles a module whose larger functions may not fit a method of the JVM, 64 KiB of bytecode:
/// those are interpreted. The engine tells the first of them, after it has compiled everything, so
/// that 40 took 12 s. Here those that may be too large are looked for first, and what remains is
/// looked through once if that missed one, a window at a time with all other bodies emptied: in all
/// that takes less than three times what compiling takes.
final class Compilation {
    /// An engine of a language of 11.5 MB has nine.
    static final int OVERSIZED_MAX = 40;

    /// Compiles of everything. The second has all that the search has found; a third is for one
    /// that fits when it is compiled with fewer others, as constants then take a byte less.
    private static final int WHOLE_COMPILES_MAX = 3;

    /// Compiled code has 3 to 6 bytes for each of a compiler's, and 16 were too many.
    private static final int SUSPECT_INSTRUCTIONS = 4_000;

    /// So many that finding one in a window repeats little, and so few windows that parsing and
    /// emptying all others doesn't matter.
    private static final int WINDOW_INSTRUCTIONS = 40_000;

    /// What an emptied function takes, in instructions.
    private static final int EMPTY_INSTRUCTIONS = 4;

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
        search(bodiesFrom(0).filter(i -> weight(i) > SUSPECT_INSTRUCTIONS).boxed().toList());
        for (int left = WHOLE_COMPILES_MAX; left > 1; left--) {
            try {
                return GuestCode.compile(module, name, oversized);
            } catch (FunctionTooLargeException e) {
                add(e.function());
                search(bodiesFrom(e.function() - imported + 1).boxed().toList());
            }
        }
        try {
            return GuestCode.compile(module, name, oversized);
        } catch (FunctionTooLargeException e) {
            throw refused(e.function(), oversized.size());
        }
    }

    /// Those not known to be too large.
    private IntStream bodiesFrom(int first) {
        return IntStream.range(first, module.codeSection().functionBodyCount())
                .filter(i -> !oversized.contains(i + imported));
    }

    /// Finds all that are too large among these, in the order of their indices.
    private void search(List<Integer> bodies) throws RefusedModuleException {
        List<Integer> left = findIn(bodies);
        int window = Math.max(WINDOW_INSTRUCTIONS, EMPTY_INSTRUCTIONS * functions());
        int from = 0;
        int weight = 0;
        for (int to = 0; to < left.size(); to++) {
            weight += weight(left.get(to));
            if (weight >= window || to == left.size() - 1) {
                searchWindow(left.subList(from, to + 1));
                from = to + 1;
                weight = 0;
            }
        }
    }

    private void searchWindow(List<Integer> window) throws RefusedModuleException {
        List<Integer> left = window;
        while (!left.isEmpty()) {
            left = findIn(left);
        }
    }

    /// Finds the first of these that is too large. Returns those that come after it: the ones
    /// before it fit.
    private List<Integer> findIn(List<Integer> bodies) throws RefusedModuleException {
        if (bodies.isEmpty()) {
            return bodies;
        }
        try {
            byte[] stripped = StrippedModule.of(bytes, uses, Set.copyOf(bodies));
            GuestCode.compile(ModuleParser.parseStripped(stripped), name, Set.of());
            return List.of();
        } catch (FunctionTooLargeException e) {
            add(e.function());
            int body = e.function() - imported;
            return bodies.subList(bodies.indexOf(body) + 1, bodies.size());
        }
    }

    private int functions() {
        return module.codeSection().functionBodyCount();
    }

    /// How much bytecode it may make: locals are set to zero, branch tables have an entry for each
    /// target.
    private int weight(int body) {
        var function = module.codeSection().getFunctionBody(body);
        int targets =
                function.instructions().stream()
                        .filter(instruction -> instruction.opcode() == OpCode.BR_TABLE)
                        .mapToInt(instruction -> instruction.operandCount())
                        .sum();
        return function.instructions().size() + function.localTypes().size() + targets;
    }

    private int instructions(int body) {
        return module.codeSection().getFunctionBody(body).instructions().size();
    }

    private void add(int function) throws RefusedModuleException {
        oversized.add(function);
        if (oversized.size() > OVERSIZED_MAX) {
            throw refused(function, OVERSIZED_MAX);
        }
    }

    private RefusedModuleException refused(int function, int most) {
        return new RefusedModuleException(
                "module-too-large",
                "module has over %d functions that make more than 64 KiB of bytecode, function %d with its %d instructions among them: split them"
                        .formatted(most, function, instructions(function - imported)));
    }
}
