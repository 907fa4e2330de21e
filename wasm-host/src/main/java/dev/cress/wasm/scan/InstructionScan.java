package dev.cress.wasm.scan;

import dev.cress.wasm.guest.RefusedModuleException;

/// Decodes instructions up to the `end` that closes an expression. It checks nesting, branch tables
/// and that every instruction is one that Cress runs; types are the validator's matter.
final class InstructionScan {
    private final ByteCursor in;
    private long blocksReached;
    private boolean usesDataSegments;
    private boolean usesElementSegments;

    InstructionScan(ByteCursor in) {
        this.in = in;
    }

    /// Whether an instruction names a data segment.
    boolean usesDataSegments() {
        return usesDataSegments;
    }

    /// Whether an instruction names an element segment.
    boolean usesElementSegments() {
        return usesElementSegments;
    }

    /// Reads one expression, its `end` included.
    void expression() throws RefusedModuleException {
        int depth = 1;
        while (depth > 0) {
            int opcode = in.u8();
            switch (opcode) {
                case 0x02, 0x03, 0x04 -> {
                    blockType();
                    if (++depth > ScanLimits.NESTING_MAX) {
                        throw in.invalid(
                                "blocks nest deeper than %d".formatted(ScanLimits.NESTING_MAX));
                    }
                }
                case 0x0b -> depth--;
                default -> immediates(opcode);
            }
        }
    }

    /// Reads one constant expression, its `end` included (Core Specification, 3.3.10). Nothing that
    /// nests may pass: the engine's parser ends such an expression at the first `end` and would
    /// take what follows for sizes and counts.
    void constant() throws RefusedModuleException {
        for (int opcode = in.u8(); opcode != 0x0b; opcode = in.u8()) {
            switch (opcode) {
                case 0x23, 0x41, 0x42, 0x43, 0x44, 0xd0, 0xd2, 0xfb, 0xfd -> immediates(opcode);
                case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e -> {}
                default ->
                        throw in.invalid(
                                "instruction 0x%02x stands in a constant expression"
                                        .formatted(opcode));
            }
        }
    }

    private void immediates(int opcode) throws RefusedModuleException {
        switch (opcode) {
            case 0x00, 0x01, 0x05, 0x0f, 0x1a, 0x1b, 0xd1 -> {}
            case 0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f ->
                    throw Feature.EXCEPTIONS.refused();
            case 0x0c, 0x0d -> branch();
            case 0x10, 0x12, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0xd2 -> in.u32();
            case 0x0e -> branchTable();
            case 0x11, 0x13 -> {
                in.u32();
                in.u32();
            }
            case 0x14, 0x15, 0xd3, 0xd4, 0xd5, 0xd6, 0xfb -> throw Feature.GC.refused();
            case 0x1c -> {
                int types = in.count("types of a select", ScanLimits.PARAMETERS_MAX);
                for (int i = 0; i < types; i++) {
                    ValueTypes.read(in);
                }
            }
            case 0x3f, 0x40 -> memoryIndex();
            case 0x41 -> in.signed(32);
            case 0x42 -> in.signed(64);
            case 0x43 -> in.skip(4);
            case 0x44 -> in.skip(8);
            case 0xd0 -> ValueTypes.reference(in);
            case 0xfc -> bulk();
            case 0xfd -> throw Feature.SIMD.refused();
            case 0xfe -> throw Feature.THREADS.refused();
            default -> {
                if (opcode >= 0x28 && opcode <= 0x3e) {
                    memoryArgument();
                } else if (opcode < 0x45 || opcode > 0xc4) {
                    throw in.invalid("unknown instruction 0x%02x".formatted(opcode));
                }
            }
        }
    }

    private void blockType() throws RefusedModuleException {
        long type = in.signed(33);
        if (type < 0 && type != -64) {
            ValueTypes.check(in, (int) (type & 0x7f));
        }
    }

    private void branchTable() throws RefusedModuleException {
        int targets = in.count("targets of a branch table", ScanLimits.BRANCH_TABLE_MAX);
        for (int i = 0; i <= targets; i++) {
            branch();
        }
    }

    private void branch() throws RefusedModuleException {
        blocksReached += in.u32();
        if (blocksReached > ScanLimits.BLOCKS_REACHED_MAX) {
            throw in.invalid(
                    "branches reach over %d blocks in all, at most %d"
                            .formatted(blocksReached, ScanLimits.BLOCKS_REACHED_MAX));
        }
    }

    private void memoryArgument() throws RefusedModuleException {
        long align = in.u32();
        // from 0x40 on, the engine's parser takes the next number for a memory's index
        if (align >= 0x80) {
            throw in.invalid("a memory access has alignment %d, at most 3".formatted(align));
        }
        if (align >= 0x40) {
            throw Feature.MULTI_MEMORY.refused();
        }
        in.u32();
    }

    private void memoryIndex() throws RefusedModuleException {
        if (in.u32() != 0) {
            throw Feature.MULTI_MEMORY.refused();
        }
    }

    private void bulk() throws RefusedModuleException {
        long operation = in.u32();
        usesDataSegments |= operation == 8 || operation == 9;
        usesElementSegments |= operation == 12 || operation == 13;
        switch ((int) Math.min(operation, 255)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> {}
            case 8 -> {
                in.u32();
                memoryIndex();
            }
            case 9, 13, 15, 16, 17 -> in.u32();
            case 10 -> {
                memoryIndex();
                memoryIndex();
            }
            case 11 -> memoryIndex();
            case 12, 14 -> {
                in.u32();
                in.u32();
            }
            default -> throw in.invalid("unknown instruction 0xfc %d".formatted(operation));
        }
    }
}
