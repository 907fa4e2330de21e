package dev.cress.wasm.scan;

import dev.cress.wasm.guest.RefusedModuleException;

/// Value types by their codes.
final class ValueTypes {
    private ValueTypes() {}

    static int read(ByteCursor in) throws RefusedModuleException {
        int code = in.u8();
        check(in, code);
        return code;
    }

    /// One character for a type that was checked.
    static char letter(int code) {
        return switch (code) {
            case 0x7f -> 'i';
            case 0x7e -> 'I';
            case 0x7d -> 'f';
            case 0x7c -> 'F';
            default -> 'r';
        };
    }

    /// As messages write it.
    static String name(char letter) {
        return switch (letter) {
            case 'i' -> "i32";
            case 'I' -> "i64";
            case 'f' -> "f32";
            case 'F' -> "f64";
            default -> "reference";
        };
    }

    static void check(ByteCursor in, int code) throws RefusedModuleException {
        switch (code) {
            case 0x7f, 0x7e, 0x7d, 0x7c, 0x70, 0x6f -> {}
            case 0x7b -> throw Feature.SIMD.refused();
            case 0x69, 0x74 -> throw Feature.EXCEPTIONS.refused();
            case 0x63, 0x64, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x71, 0x72, 0x73 ->
                    throw Feature.GC.refused();
            default -> throw in.invalid("unknown value type 0x%02x".formatted(code));
        }
    }

    /// A reference type: `funcref` or `externref`.
    static void reference(ByteCursor in) throws RefusedModuleException {
        int code = in.u8();
        check(in, code);
        if (code != 0x70 && code != 0x6f) {
            throw in.invalid("0x%02x is not a reference type".formatted(code));
        }
    }
}
