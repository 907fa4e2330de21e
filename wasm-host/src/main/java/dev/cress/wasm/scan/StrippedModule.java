package dev.cress.wasm.scan;

import dev.cress.wasm.guest.RefusedModuleException;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// Cuts a scanned module down to what its instances need once its functions are compiled and its
/// initial state is known. Bodies are emptied, the start section and custom sections go, and so
/// does the content of active segments, which counts as dropped after initialisation (Core
/// Specification, 4.5.4); indices stay what they are.
public final class StrippedModule {
    private static final int CUSTOM = 0;
    private static final int START = 8;
    private static final int ELEMENT = 9;
    private static final int CODE = 10;
    private static final int DATA = 11;
    private static final int DATA_COUNT = 12;
    private static final int HEADER_BYTES = 8;
    private static final Set<Integer> EMPTIED = Set.of(ELEMENT, CODE, DATA);

    /// No locals, `unreachable`, `end`: valid for every type.
    private static final byte[] EMPTY_BODY = {3, 0, 0x00, 0x0b};

    private static final byte[] EMPTY_PASSIVE_DATA = {1, 0};
    private static final byte[] EMPTY_PASSIVE_FUNCTIONS = {1, 0, 0};

    private final byte[] module;
    private final ByteCursor in;
    private final InstructionScan instructions;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private StrippedModule(byte[] module) {
        this.module = module;
        this.in = new ByteCursor(module);
        this.instructions = new InstructionScan(in);
    }

    /// What instances are made from.
    ///
    /// @param module that a scan has passed
    /// @param uses what the scan said of it
    /// @param keptBodies of functions that aren't compiled, by index among the defined ones
    public static byte[] of(byte[] module, ModuleOutline.Uses uses, Set<Integer> keptBodies) {
        Set<Integer> left = new HashSet<>(Set.of(CUSTOM, START));
        if (!uses.dataSegments()) {
            left.addAll(Set.of(DATA, DATA_COUNT));
        }
        if (!uses.elementSegments()) {
            left.add(ELEMENT);
        }
        return new StrippedModule(module).strip(left, keptBodies);
    }

    private byte[] strip(Set<Integer> left, Set<Integer> keptBodies) {
        try {
            out.write(module, 0, HEADER_BYTES);
            in.skip(HEADER_BYTES);
            while (!in.atEnd()) {
                int id = in.u8();
                int size = (int) in.u32();
                int end = in.position() + size;
                if (left.contains(id)) {
                    in.skip(size);
                } else if (EMPTIED.contains(id)) {
                    section(id, content(id, keptBodies));
                } else {
                    section(id, copy(end));
                }
            }
            return out.toByteArray();
        } catch (RefusedModuleException e) {
            throw new IllegalArgumentException("only a scanned module can be stripped", e);
        }
    }

    private void section(int id, byte[] content) {
        out.write(id);
        CustomSections.number(out, content.length);
        out.writeBytes(content);
    }

    private byte[] content(int id, Set<Integer> keptBodies) throws RefusedModuleException {
        var content = new ByteArrayOutputStream();
        long count = in.u32();
        CustomSections.number(content, count);
        for (int i = 0; i < count; i++) {
            content.writeBytes(
                    switch (id) {
                        case ELEMENT -> element();
                        case CODE -> body(keptBodies.contains(i));
                        default -> data();
                    });
        }
        return content.toByteArray();
    }

    private byte[] body(boolean kept) throws RefusedModuleException {
        int from = in.position();
        in.skip(in.u32());
        return kept ? since(from) : EMPTY_BODY;
    }

    private byte[] data() throws RefusedModuleException {
        int from = in.position();
        long flags = in.u32();
        if (flags == 2) {
            in.u32();
        }
        if (flags != 1) {
            instructions.constant();
        }
        in.skip(in.u32());
        return flags == 1 ? since(from) : EMPTY_PASSIVE_DATA;
    }

    private byte[] element() throws RefusedModuleException {
        int from = in.position();
        long flags = in.u32();
        boolean passive = (flags & 3) == 1;
        boolean expressions = (flags & 4) != 0;
        if ((flags & 3) == 2) {
            in.u32();
        }
        if ((flags & 1) == 0) {
            instructions.constant();
        }
        int kind = (flags & 3) != 0 ? in.u8() : 0x70;
        long entries = in.u32();
        for (long i = 0; i < entries; i++) {
            if (expressions) {
                instructions.constant();
            } else {
                in.u32();
            }
        }
        if (passive) {
            return since(from);
        }
        return expressions ? new byte[] {5, (byte) kind, 0} : EMPTY_PASSIVE_FUNCTIONS;
    }

    private byte[] copy(int end) throws RefusedModuleException {
        int from = in.position();
        in.skip(end - from);
        return since(from);
    }

    private byte[] since(int from) {
        return Arrays.copyOfRange(module, from, in.position());
    }
}
