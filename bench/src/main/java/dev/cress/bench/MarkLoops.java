package dev.cress.bench;

import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.InitialMemory;
import dev.cress.wasm.memory.MemoryBudget;

import run.endive.wasm.types.MemoryLimits;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// Stores of four bytes into 18 pages and the reset after them, by the product's memory and by
/// copies of its two loops with other marks: `short`s as there, bytes, and bits. The copies leave
/// the checks of arrays to the JVM, where the product has one of its own. The best round counts.
final class MarkLoops {
    /// The product's memory itself, as [#main] takes it.
    static final String OWN = "own";

    static final List<String> COPIES = List.of("short", "byte", "bit");

    private static final int BYTES = 18 * GuestMemory.PAGE_SIZE;
    private static final int STORES = 4_096;
    private static final int AT_ONCE = 4;

    /// Bytes that stores of one run lie in, one after the other, or as they come.
    private static final int AREA = 1 << 18;

    private static final double FASTEST = 0;
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private MarkLoops() {}

    /// A memory that can be written and reset.
    private abstract static sealed class Marked permits Own, Copy {
        abstract void store(int address, int value);

        abstract void reset();
    }

    /// The product's.
    private static final class Own extends Marked {
        private final GuestMemory memory =
                Objects.requireNonNull(
                        GuestMemory.allocate(
                                new MemoryBudget(BYTES),
                                new MemoryLimits(BYTES / GuestMemory.PAGE_SIZE),
                                BYTES / GuestMemory.PAGE_SIZE));
        private final InitialMemory content;

        Own() {
            for (int i = 0; i < BYTES; i += 4) {
                memory.writeI32(i, i);
            }
            content = memory.takeInitial();
        }

        @Override
        void store(int address, int value) {
            memory.writeI32(address, 0, value);
        }

        @Override
        void reset() {
            memory.reset(content);
        }
    }

    /// What the copies have in common.
    private abstract static sealed class Copy extends Marked permits Shorts, Bytes, Bits {
        final byte[] bytes = new byte[BYTES];
        final byte[] content = new byte[BYTES];
        final int shift;

        Copy(int shift) {
            this.shift = shift;
        }

        final void put(int address, int value) {
            INTS.set(bytes, address, value);
        }

        final void restore(int granule) {
            int from = granule << shift;
            System.arraycopy(content, from, bytes, from, 1 << shift);
        }
    }

    private static final class Shorts extends Copy {
        private final short[] marks;

        Shorts(int shift) {
            super(shift);
            marks = new short[BYTES >>> shift];
        }

        @Override
        void store(int address, int value) {
            marks[address >>> shift] = 1;
            put(address, value);
        }

        @Override
        void reset() {
            for (int i = 0; i < marks.length; i += AT_ONCE) {
                if ((marks[i] | marks[i + 1] | marks[i + 2] | marks[i + 3]) != 0) {
                    for (int j = i; j < i + AT_ONCE; j++) {
                        if (marks[j] != 0) {
                            restore(j);
                            marks[j] = 0;
                        }
                    }
                }
            }
        }
    }

    private static final class Bytes extends Copy {
        private final byte[] marks;

        Bytes(int shift) {
            super(shift);
            marks = new byte[BYTES >>> shift];
        }

        @Override
        void store(int address, int value) {
            marks[address >>> shift] = 1;
            put(address, value);
        }

        @Override
        void reset() {
            for (int i = 0; i < marks.length; i += AT_ONCE) {
                if ((marks[i] | marks[i + 1] | marks[i + 2] | marks[i + 3]) != 0) {
                    for (int j = i; j < i + AT_ONCE; j++) {
                        if (marks[j] != 0) {
                            restore(j);
                            marks[j] = 0;
                        }
                    }
                }
            }
        }
    }

    private static final class Bits extends Copy {
        private final long[] marks;

        Bits(int shift) {
            super(shift);
            marks = new long[((BYTES >>> shift) + Long.SIZE - 1) / Long.SIZE];
        }

        @Override
        void store(int address, int value) {
            int granule = address >>> shift;
            marks[granule / Long.SIZE] |= 1L << granule;
            put(address, value);
        }

        @Override
        void reset() {
            for (int i = 0; i < marks.length; i++) {
                for (long left = marks[i]; left != 0; left &= left - 1) {
                    restore(i * Long.SIZE + Long.numberOfTrailingZeros(left));
                }
                marks[i] = 0;
            }
        }
    }

    /// One kind in a JVM, so that the loop knows which it is.
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        int rounds = Question.Effort.valueOf(args[0]) == Question.Effort.FULL ? 20_000 : 500;
        int shift = Integer.numberOfTrailingZeros(Integer.parseInt(args[1]));
        Marked memory =
                switch (args[2]) {
                    case OWN -> new Own();
                    case "short" -> new Shorts(shift);
                    case "byte" -> new Bytes(shift);
                    case "bit" -> new Bits(shift);
                    default -> throw new IllegalArgumentException("no kind " + args[2]);
                };
        for (boolean near : List.of(true, false)) {
            say(args[2], near, measure(memory, near, rounds));
        }
    }

    private record Measured(Times stores, Times resets) {
        Measured() {
            this(new Times(), new Times());
        }

        void round(long start, long stored, long reset) {
            stores.add(stored - start);
            resets.add(reset - stored);
        }
    }

    private static void say(String kind, boolean near, Measured measured) {
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "marks=%s stores=%s store_ns=%.3f reset_us=%.2f",
                        kind,
                        near ? "near" : "far",
                        measured.stores.percentile(FASTEST) / (double) STORES,
                        measured.resets.micros(FASTEST)));
    }

    /// One after the other, or all over the area: a multiple of four that differs from the last by
    /// much.
    private static int address(int i, boolean near, int round) {
        return near ? round % 64 * 16_384 + i * 4 : ((i * 0x9e37_79b4) >>> 14) & (AREA - 4);
    }

    private static Measured measure(Marked memory, boolean near, int rounds) {
        var measured = new Measured();
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < STORES; i++) {
                memory.store(address(i, near, round), round);
            }
            long stored = System.nanoTime();
            memory.reset();
            measured.round(start, stored, System.nanoTime());
        }
        return measured;
    }
}
