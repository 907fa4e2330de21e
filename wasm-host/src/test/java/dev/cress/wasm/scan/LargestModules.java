package dev.cress.wasm.scan;

import static dev.cress.wasm.assembly.WasmBytes.FUNCREF;
import static dev.cress.wasm.assembly.WasmBytes.I32;
import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.assembly.WasmBytes.header;

/// Modules that stand exactly at a limit of the scan.
final class LargestModules {
    private LargestModules() {}

    /// The body is itself a block, so 4,999 more are the most.
    static byte[] nested() {
        var body = bytes(0).repeat(4_999, 0x02, 0x40).repeat(4_999, 0x0b).end();
        return header().section(1, bytes(1, 0x60, 0, 0))
                .section(3, bytes(1, 0))
                .section(10, bytes(1).sized(body))
                .toBytes();
    }

    static byte[] locals() {
        var bodies = bytes().u32(250);
        for (int i = 0; i < 250; i++) {
            bodies.sized(bytes(1).u32(20_000).u8(I32).end());
        }
        return header().section(1, bytes(1, 0x60, 0, 0))
                .section(3, bytes().u32(250).repeat(250, 0))
                .section(10, bodies)
                .toBytes();
    }

    static byte[] tables() {
        return header().section(4, bytes(1, FUNCREF, 0).u32(100_000)).toBytes();
    }

    static byte[] customSections() {
        return header().repeat(1_000, 0, 1, 0).toBytes();
    }
}
