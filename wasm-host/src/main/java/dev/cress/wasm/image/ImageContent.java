package dev.cress.wasm.image;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.isolate.InitialState;

import java.util.OptionalInt;

/// What an image consists of, before its classes are defined. Immutable.
public final class ImageContent {
    private final Abi abi;
    private final int entry;
    private final OptionalInt start;
    private final byte[] stripped;
    private final GuestCode.Compiled compiled;
    private final InitialState state;

    /// @param entry index of the function that answers a request
    /// @param start index of the function that every run calls first, if there is one
    /// @param stripped the module without what only the compiler and the first start need
    public ImageContent(
            Abi abi,
            int entry,
            OptionalInt start,
            byte[] stripped,
            GuestCode.Compiled compiled,
            InitialState state) {
        this.abi = abi;
        this.entry = entry;
        this.start = start;
        this.stripped = stripped;
        this.compiled = compiled;
        this.state = state;
    }

    public Abi abi() {
        return abi;
    }

    public int entry() {
        return entry;
    }

    public OptionalInt start() {
        return start;
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
}
