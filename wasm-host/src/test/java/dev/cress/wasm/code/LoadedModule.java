package dev.cress.wasm.code;

import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.GuestTables;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.RunWord;

import run.endive.runtime.Instance;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.MemoryLimits;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/// A module compiled, admitted and loaded as those of guests are, whose exports a test may call.
final class LoadedModule {
    private final Instance instance;
    private final Set<Integer> interpreted;

    private LoadedModule(Instance instance, Set<Integer> interpreted) {
        this.instance = instance;
        this.interpreted = interpreted;
    }

    static LoadedModule of(Assembler assembled) {
        var module = ModuleParser.parse(assembled.toBytes());
        var compiled = compiled(module);
        var code = GuestCode.load(compiled);
        var memory =
                Objects.requireNonNull(
                        GuestMemory.allocate(new MemoryBudget(1 << 24), new MemoryLimits(1, 4), 4));
        var word = new RunWord(_ -> {});
        var _ = new HostRun(word, memory, new Nobody(), RunLimits.DEFAULT, new SecureRandom());
        word.begin(code.stopFlag());
        word.leaveHost();
        return new LoadedModule(
                Instance.builder(module)
                        .withMachineFactory(code::machine)
                        .withImportValues(HostFunctions.importsOf(module))
                        .withMemoryFactory(_ -> memory)
                        .withTableFactory(GuestTables::create)
                        .build(),
                compiled.interpreted());
    }

    private static GuestCode.Compiled compiled(WasmModule module) {
        Set<Integer> interpreted = new HashSet<>();
        while (true) {
            try {
                return GuestCode.compile(module, "guest.Test", interpreted);
            } catch (FunctionTooLargeException e) {
                interpreted.add(e.function());
            }
        }
    }

    /// Functions that were too large to compile.
    Set<Integer> interpreted() {
        return interpreted;
    }

    /// Calls an export. Numbers are as the engine has them: a float is its bits.
    long[] call(String export, long... arguments) {
        return instance.export(export).apply(arguments);
    }
}
