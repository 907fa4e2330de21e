package dev.cress.wasm.image;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.isolate.InitialState;

import java.util.List;
import java.util.Map;

/// What an image consists of, before its classes are defined. Immutable.
public final class ImageContent {
    private final Abi abi;
    private final Map<String, Integer> entries;
    private final List<Integer> starts;
    private final byte[] stripped;
    private final GuestCode.Compiled compiled;
    private final InitialState state;
    private final int note;

    /// @param entries the functions that its convention calls, by name, as far as there are any
    /// @param starts indices of the functions that every run calls first, in order
    /// @param stripped the module without what only the compiler and the first start need
    /// @param note what its convention has to know of the state
    public ImageContent(
            Abi abi,
            Map<String, Integer> entries,
            List<Integer> starts,
            byte[] stripped,
            GuestCode.Compiled compiled,
            InitialState state,
            int note) {
        this.abi = abi;
        this.entries = Map.copyOf(entries);
        this.starts = List.copyOf(starts);
        this.stripped = stripped;
        this.compiled = compiled;
        this.state = state;
        this.note = note;
    }

    public Abi abi() {
        return abi;
    }

    public Map<String, Integer> entries() {
        return entries;
    }

    public List<Integer> starts() {
        return starts;
    }

    public byte[] stripped() {
        return stripped;
    }

    public GuestCode.Compiled compiled() {
        return compiled;
    }

    public InitialState state() {
        return state;
    }

    public int note() {
        return note;
    }
}
