package dev.cress.wasm;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Owner;

import java.util.Map;

/// The function that a request is for, when filters stand in front of it: what it finds in the
/// exchange as the host made it.
record FunctionOwner(GuestExchange made) implements Owner {
    @Override
    public String function() {
        return made.request().place().function();
    }

    @Override
    public int version() {
        return made.request().place().version();
    }

    @Override
    public Map<String, String> config() {
        return made.request().config();
    }

    @Override
    public Capabilities capabilities() {
        return made.capabilities();
    }

    @Override
    public void log(byte[] text) {
        made.log(text);
    }
}
