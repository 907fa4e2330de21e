package dev.cress.wasm;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.isolate.Blueprint;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.wasi.WasiFunctions;

/// A module made ready to run: parsed, validated, compiled, initialised. Immutable and thread-safe;
/// any number of [Isolates] share its code.
public final class Image {
    private final Abi abi;
    private final Blueprint blueprint;

    /// Index of the function that answers a request.
    private final int entry;

    private Image(Abi abi, Blueprint blueprint, int entry) {
        this.abi = abi;
        this.blueprint = blueprint;
        this.entry = entry;
    }

    /// Defines what was built.
    static Image load(ImageContent content) {
        try {
            var compiled = content.compiled();
            return new Image(
                    content.abi(),
                    Blueprint.startingFrom(
                            content.state(),
                            ModuleParser.parseStripped(content.stripped()),
                            GuestCode.load(compiled),
                            WasiFunctions.imports(),
                            !compiled.interpreted().isEmpty(),
                            content.start()),
                    content.entry());
        } catch (RuntimeException | LinkageError e) {
            throw new WasmHostException("image can't be loaded: " + e.getMessage(), e);
        }
    }

    /// The entry convention by which it runs.
    public Abi abi() {
        return abi;
    }

    /// The memory that it starts with.
    public long initialMemoryBytes() {
        return (long) blueprint.initialPages() * GuestMemory.PAGE_SIZE;
    }

    Blueprint blueprint() {
        return blueprint;
    }

    int entry() {
        return entry;
    }
}
