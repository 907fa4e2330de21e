package dev.cress.wasm;

import dev.cress.wasm.abi.Conventions;
import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.code.SharedCode;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.isolate.Blueprint;
import dev.cress.wasm.memory.GuestMemory;

import java.util.Map;

/// A module made ready to run: parsed, validated, compiled, initialised. Immutable and thread-safe;
/// any number of [Isolates] share its code.
public final class Image {
    private final Abi abi;
    private final Blueprint blueprint;

    private final Convention convention;

    /// Indices of the functions that its convention calls.
    private final Map<String, Integer> entries;

    private final int note;

    private Image(Abi abi, Blueprint blueprint, Map<String, Integer> entries, int note) {
        this.abi = abi;
        this.convention = Conventions.of(abi);
        this.blueprint = blueprint;
        this.entries = entries;
        this.note = note;
    }

    /// Defines what was built.
    static Image load(ImageContent content) {
        try {
            var compiled = content.compiled();
            var stripped = ModuleParser.parseStripped(content.stripped());
            boolean shares = Conventions.of(content.abi()).sharesCode();
            return new Image(
                    content.abi(),
                    Blueprint.startingFrom(
                            content.state(),
                            stripped,
                            shares ? SharedCode.load(compiled) : GuestCode.load(compiled),
                            HostFunctions.importsOf(stripped),
                            !compiled.interpreted().isEmpty(),
                            content.starts()),
                    content.entries(),
                    content.note());
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

    Convention convention() {
        return convention;
    }

    Map<String, Integer> entries() {
        return entries;
    }

    /// What its convention has to know of the state that runs begin with.
    int note() {
        return note;
    }
}
