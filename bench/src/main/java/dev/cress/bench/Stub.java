package dev.cress.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A module whose memory, data, tables and globals are another's, while its `_start` answers an
/// empty page in a dozen instructions, and one function more does nothing: what is left of a run is
/// what its isolate costs. Of a module that needs another host than ours, such as a library, the
/// functions do nothing but trap: nobody calls them. Immutable.
final class Stub {
    /// Nothing but a page of memory: an import to answer by, and a `_start`.
    private static final byte[] SMALL =
            HexFormat.of()
                    .parseHex(
                            "0061736d01000000"
                                    // types: four i32 to one, nothing to nothing
                                    + "010c0260047f7f7f7f017f600000"
                                    // wasi_snapshot_preview1.fd_write
                                    + "0223011677617369"
                                    + "5f736e617073686f745f7072657669657731"
                                    + "0866645f77726974650000"
                                    // one function, one page
                                    + "03020101"
                                    + "0503010001"
                                    // memory, _start
                                    + "071302066d656d6f72790200065f73746172740001"
                                    // nothing
                                    + "0a040102000b");

    private static final int TYPES = 1;
    private static final int IMPORTS = 2;
    private static final int FUNCTIONS = 3;
    private static final int EXPORTS = 7;
    private static final int CODE = 10;
    private static final int HEADER_BYTES = 8;

    /// `() -> ()`.
    private static final byte[] TYPE = {0x60, 0, 0};

    /// No locals, `end`.
    private static final byte[] NOTHING = {2, 0, 0x0b};

    /// No locals, `unreachable`, `end`.
    private static final byte[] TRAP = {3, 0, 0, 0x0b};

    private final byte[] module;
    private final int empty;

    private Stub(byte[] module, int empty) {
        this.module = module;
        this.empty = empty;
    }

    /// The smallest module there is to start.
    static Stub small() {
        return of(SMALL);
    }

    /// The stub of a module that imports `fd_write`.
    static Stub of(byte[] module) {
        return new Surgeon(module).operate();
    }

    byte[] module() {
        return module.clone();
    }

    /// Index of the function that does nothing.
    int empty() {
        return empty;
    }

    /// Copies a module section by section and adds to some. Of valid modules without imports other
    /// than functions.
    private static final class Surgeon {
        private final byte[] from;
        private final ByteArrayOutputStream to = new ByteArrayOutputStream();
        private int at = HEADER_BYTES;
        private int type;
        private int imports;
        private int write = -1;
        private int defined;

        /// Types of the functions that it wants of other hosts: they become its own, in front of
        /// those that it has, so that every index stays what it was.
        private final List<Integer> foreign = new ArrayList<>();

        Surgeon(byte[] module) {
            from = module;
        }

        Stub operate() {
            to.write(from, 0, HEADER_BYTES);
            while (at < from.length) {
                int id = from[at++];
                int size = number();
                int end = at + size;
                var section = new ByteArrayOutputStream();
                switch (id) {
                    case TYPES -> type = append(section, end, TYPE);
                    case IMPORTS -> readImports(section);
                    case FUNCTIONS -> defined = appendFunctions(section, end);
                    case EXPORTS -> copyExports(section, end);
                    case CODE -> copyCode(section, end);
                    default -> section.write(from, at, size);
                }
                to.write(id);
                number(to, section.size());
                to.writeBytes(section.toByteArray());
                at = end;
            }
            return new Stub(to.toByteArray(), imports + defined);
        }

        /// Returns how many entries there were before.
        private int append(ByteArrayOutputStream section, int end, byte[]... entries) {
            int count = number();
            number(section, count + entries.length);
            section.write(from, at, end - at);
            for (byte[] entry : entries) {
                section.writeBytes(entry);
            }
            return count;
        }

        private int appendFunctions(ByteArrayOutputStream section, int end) {
            int count = number() + foreign.size();
            number(section, count + 2);
            foreign.forEach(wanted -> number(section, wanted));
            section.write(from, at, end - at);
            number(section, type);
            number(section, type);
            return count;
        }

        private void copyCode(ByteArrayOutputStream section, int end) {
            if (foreign.isEmpty()) {
                append(section, end, NOTHING, answer());
                return;
            }
            number(section, defined + 2);
            for (int i = 0; i < defined; i++) {
                section.writeBytes(TRAP);
            }
            section.writeBytes(NOTHING);
            section.writeBytes(answer());
        }

        private void readImports(ByteArrayOutputStream section) {
            var kept = new ByteArrayOutputStream();
            int count = number();
            for (int i = 0; i < count; i++) {
                int start = at;
                String host = name();
                String name = name();
                at++;
                int wanted = number();
                if (!host.equals("wasi_snapshot_preview1")) {
                    foreign.add(wanted);
                    continue;
                }
                if (name.equals("fd_write")) {
                    write = imports;
                }
                kept.write(from, start, at - start);
                imports++;
            }
            number(section, imports);
            section.writeBytes(kept.toByteArray());
        }

        private void copyExports(ByteArrayOutputStream section, int end) {
            int count = number();
            number(section, count);
            while (at < end) {
                int start = at;
                String name = name();
                // a library begins where it is initialised
                boolean entry = name.equals("_start") || name.equals("_initialize");
                if (entry) {
                    number(section, "_start".length());
                    section.writeBytes("_start".getBytes(ISO_8859_1));
                } else {
                    section.write(from, start, at - start);
                }
                section.write(from[at++]);
                int index = number();
                number(section, entry ? imports + defined + 1 : index);
            }
        }

        /// Writes `status: 200` and an empty line, from memory that a reset restores.
        private byte[] answer() {
            if (write < 0) {
                throw new IllegalArgumentException("module imports no fd_write");
            }
            var code = new ByteArrayOutputStream();
            code.write(0);
            store(code, 16, 32, Integer.BYTES);
            store(code, 20, 13, Integer.BYTES);
            store(code, 32, little("status: "), Long.BYTES);
            store(code, 40, little("200\n\n"), Long.BYTES);
            for (int argument : new int[] {1, 16, 1, 24}) {
                code.write(0x41);
                signed(code, argument);
            }
            code.write(0x10);
            number(code, write);
            code.writeBytes(new byte[] {0x1a, 0x0b});
            var body = new ByteArrayOutputStream();
            number(body, code.size());
            body.writeBytes(code.toByteArray());
            return body.toByteArray();
        }

        private static void store(ByteArrayOutputStream code, int address, long value, int bytes) {
            code.write(0x41);
            signed(code, address);
            code.write(bytes == Integer.BYTES ? 0x41 : 0x42);
            signed(code, value);
            code.write(bytes == Integer.BYTES ? 0x36 : 0x37);
            code.write(0);
            code.write(0);
        }

        private static long little(String text) {
            long value = 0;
            for (int i = text.length() - 1; i >= 0; i--) {
                value = value << 8 | text.charAt(i);
            }
            return value;
        }

        private String name() {
            int length = number();
            at += length;
            return new String(from, at - length, length, ISO_8859_1);
        }

        private int number() {
            int value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = from[at++];
                value |= (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }

        private static void number(ByteArrayOutputStream to, int value) {
            int left = value;
            while (left > 0x7f) {
                to.write((left & 0x7f) | 0x80);
                left >>>= 7;
            }
            to.write(left);
        }

        private static void signed(ByteArrayOutputStream to, long value) {
            long left = value;
            while (left > 0x3f || left < -0x40) {
                to.write((int) ((left & 0x7f) | 0x80));
                left >>= 7;
            }
            to.write((int) (left & 0x7f));
        }
    }
}
