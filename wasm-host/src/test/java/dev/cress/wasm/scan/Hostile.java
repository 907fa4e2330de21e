package dev.cress.wasm.scan;

import java.util.List;

/// A module that must be refused, and what the refusal must say.
@SuppressWarnings("ArrayRecordComponent") // never compared
record Hostile(String what, byte[] module, String code, List<String> said) {
    static Hostile of(String what, byte[] module, String code, String... said) {
        return new Hostile(what, module, code, List.of(said));
    }

    @Override
    public String toString() {
        return what;
    }
}
