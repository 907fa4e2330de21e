package dev.cress.wasm.scan;

import dev.cress.wasm.guest.RefusedModuleException;

/// The sections that hold expressions: function bodies, element and data segments.
final class CodeScan {
    private final ByteCursor in;
    private final InstructionScan instructions;
    private long localsInAll;
    private long elementsInAll;
    private int bodies;

    CodeScan(ByteCursor in) {
        this.in = in;
        this.instructions = new InstructionScan(in);
    }

    InstructionScan instructions() {
        return instructions;
    }

    int bodies() {
        return bodies;
    }

    void constant() throws RefusedModuleException {
        instructions.constant();
    }

    void bodies(int declared) throws RefusedModuleException {
        bodies = in.count("function bodies", ScanLimits.FUNCTIONS_MAX);
        if (bodies != declared) {
            throw in.invalid(
                    "module declares %d functions, but has %d bodies".formatted(declared, bodies));
        }
        for (int i = 0; i < bodies; i++) {
            long size = in.u32();
            if (size > ScanLimits.BODY_BYTES_MAX) {
                throw in.invalid(
                        "a function body is %d bytes, at most %d"
                                .formatted(size, ScanLimits.BODY_BYTES_MAX));
            }
            int outer = in.enter("function body", size);
            locals();
            instructions.expression();
            in.leave(outer, "code section");
        }
    }

    private void locals() throws RefusedModuleException {
        int groups = in.count("groups of locals", ScanLimits.LOCALS_MAX);
        long locals = 0;
        for (int i = 0; i < groups; i++) {
            locals += in.u32();
            ValueTypes.read(in);
            if (locals > ScanLimits.LOCALS_MAX) {
                throw in.invalid(
                        "a function declares %d locals, at most %d"
                                .formatted(locals, ScanLimits.LOCALS_MAX));
            }
        }
        localsInAll += locals;
        if (localsInAll > ScanLimits.LOCALS_IN_ALL_MAX) {
            throw in.invalid(
                    "functions declare more than %d locals in all"
                            .formatted(ScanLimits.LOCALS_IN_ALL_MAX));
        }
    }

    void elements() throws RefusedModuleException {
        int segments = in.count("element segments", ScanLimits.ELEMENT_SEGMENTS_MAX);
        for (int i = 0; i < segments; i++) {
            long flags = in.u32();
            if (flags > 7) {
                throw in.invalid("unknown element segment 0x%02x".formatted(flags));
            }
            boolean active = (flags & 1) == 0;
            boolean explicit = (flags & 2) != 0;
            boolean expressions = (flags & 4) != 0;
            if (active) {
                if (explicit) {
                    in.u32();
                }
                instructions.constant();
            }
            if ((flags & 3) != 0) {
                elementKind(expressions);
            }
            int entries = in.count("entries of an element segment", ScanLimits.TABLE_ENTRIES_MAX);
            elementsInAll += entries;
            if (elementsInAll > ScanLimits.ELEMENTS_IN_ALL_MAX) {
                throw in.invalid(
                        "element segments have %d entries in all, at most %d"
                                .formatted(elementsInAll, ScanLimits.ELEMENTS_IN_ALL_MAX));
            }
            for (int j = 0; j < entries; j++) {
                if (expressions) {
                    instructions.constant();
                } else {
                    in.u32();
                }
            }
        }
    }

    private void elementKind(boolean expressions) throws RefusedModuleException {
        if (expressions) {
            ValueTypes.reference(in);
        } else if (in.u8() != 0) {
            throw in.invalid("an element segment holds something else than functions");
        }
    }

    /// Returns the bytes of all segments.
    long data() throws RefusedModuleException {
        int segments = in.count("data segments", ScanLimits.DATA_SEGMENTS_MAX);
        long bytes = 0;
        for (int i = 0; i < segments; i++) {
            long flags = in.u32();
            if (flags > 2) {
                throw in.invalid("unknown data segment 0x%02x".formatted(flags));
            }
            if (flags == 2 && in.u32() != 0) {
                throw Feature.MULTI_MEMORY.refused();
            }
            if (flags != 1) {
                instructions.constant();
            }
            long size = in.u32();
            if (size > in.left()) {
                throw new RefusedModuleException(
                        "truncated",
                        "a data segment declares %d bytes, but only %d are left in the data section"
                                .formatted(size, in.left()));
            }
            in.skip(size);
            bytes += size;
        }
        return bytes;
    }
}
