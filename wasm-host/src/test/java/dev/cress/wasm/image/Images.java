package dev.cress.wasm.image;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

/// Images of small modules.
final class Images {
    private Images() {}

    /// One that has something of everything: globals, a table, memory, segments.
    static ImageContent some() throws RefusedModuleException {
        var module = Assembler.withMemory(3).table(5, 9).global(7);
        int nothing = module.function("", "", bytes().end());
        module.data(70_000, new byte[] {1, 2, 3}).passiveData(new byte[100]);
        module.element(2, nothing).passiveElements(nothing);
        byte[] bytes = module.start(bytes(0xfc, 9, 0, 0xfc, 13, 0).end()).toBytes();
        try (var watchdog = new Watchdog()) {
            return ModuleBuild.build(bytes, Wanted.AUTO, new MemoryBudget(1 << 24), watchdog);
        }
    }
}
