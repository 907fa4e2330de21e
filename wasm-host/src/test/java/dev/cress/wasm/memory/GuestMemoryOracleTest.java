package dev.cress.wasm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;

/// Whatever a guest does to its memory, ours answers as the engine's own does.
class GuestMemoryOracleTest {
    private static final int PAGE = Memory.PAGE_SIZE;
    private static final int PIECE = 1 << 20;
    private static final int PAGES_MAX = 64;
    private static final int STEPS = 20_000;
    private static final int[] SEGMENTS = {0, 1, 100, PAGE, PIECE + 17};

    private final MemoryLimits limits = new MemoryLimits(1, PAGES_MAX);
    private final GuestMemory memory =
            Objects.requireNonNull(
                    GuestMemory.allocate(new MemoryBudget(1L << 30), limits, PAGES_MAX));
    private final Memory oracle = new ByteArrayMemory(limits);

    /// What a memory answered: a value, or that it trapped.
    private static Object answer(Memory memory, Function<Memory, Object> step) {
        try {
            return step.apply(memory);
        } catch (WasmEngineException trap) {
            return "trap";
        }
    }

    private static Object done(Runnable step) {
        step.run();
        return "done";
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void answersAsTheEnginesOwnMemory(long seed) {
        var random = new Random(seed);
        initialize(random);
        for (int i = 0; i < STEPS; i++) {
            boolean bulk = random.nextInt(20) == 0;
            Function<Memory, Object> step = bulk ? bulk(random) : access(random);
            Object expected = answer(oracle, step);
            assertThat(answer(memory, step)).as("step %d of seed %d", i, seed).isEqualTo(expected);
            if (i % 1_000 == 0) {
                compareWhole();
            }
        }
        compareWhole();
        assertThat(memory.pages()).as("grown").isGreaterThan(32);
    }

    private void initialize(Random random) {
        Instance empty =
                Instance.builder(Parser.parse(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0})).build();
        List<DataSegment> segments = new ArrayList<>();
        for (int size : SEGMENTS) {
            byte[] data = new byte[size];
            random.nextBytes(data);
            segments.add(new PassiveDataSegment(data));
        }
        memory.initialize(empty, segments.toArray(DataSegment[]::new), 0);
        oracle.initialize(empty, segments.toArray(DataSegment[]::new), 0);
    }

    private void compareWhole() {
        assertThat(memory.pages()).isEqualTo(oracle.pages());
        int size = memory.size();
        assertThat(memory.readBytes(0, size)).isEqualTo(oracle.readBytes(0, size));
    }

    /// Anywhere, but mostly where it matters: at the ends of the memory, of pages and of pieces.
    private int address(Random random) {
        int near = random.nextInt(19) - 9;
        return switch (random.nextInt(8)) {
            case 0 -> near;
            case 1 -> memory.size() + near;
            case 2 -> random.nextInt(PAGES_MAX) * PAGE + near;
            case 3 -> random.nextInt(4) * PIECE + near;
            case 4 -> Integer.MAX_VALUE - random.nextInt(9);
            case 5 -> random.nextInt();
            default -> random.nextInt(memory.size());
        };
    }

    private int count(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(19) - 9;
            case 1 -> memory.size() + random.nextInt(19) - 9;
            case 2 -> random.nextInt();
            case 3 -> PIECE + random.nextInt(19) - 9;
            case 4 -> random.nextInt(3 * PIECE);
            default -> random.nextInt(PAGE);
        };
    }

    private Function<Memory, Object> access(Random random) {
        int at = address(random);
        long value = random.nextLong();
        return switch (random.nextInt(15)) {
            case 0 -> m -> m.read(at);
            case 1 -> m -> m.readShort(at);
            case 2 -> m -> m.readU16(at);
            case 3 -> m -> m.readInt(at);
            case 4 -> m -> m.readLong(at);
            case 5 -> m -> Float.floatToRawIntBits(m.readFloat(at));
            case 6 -> m -> Double.doubleToRawLongBits(m.readDouble(at));
            case 7 -> m -> m.readF32(at);
            case 8 -> m -> m.readF64(at);
            case 9 -> m -> done(() -> m.writeByte(at, (byte) value));
            case 10 -> m -> done(() -> m.writeShort(at, (short) value));
            case 11 -> m -> done(() -> m.writeI32(at, (int) value));
            case 12 -> m -> done(() -> m.writeLong(at, value));
            case 13 -> m -> done(() -> m.writeF32(at, (float) value));
            default -> m -> done(() -> m.writeF64(at, (double) value));
        };
    }

    /// The sum isn't wrapped: where it would be, or is more than an address can say, is no memory.
    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void anAddressInTwoPartsIsTheirSum(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            int base = address(random);
            int offset = random.nextInt(4) == 0 ? address(random) : address(random) - base;
            long sum = Integer.toUnsignedLong(base) + Integer.toUnsignedLong(offset);
            int width = random.nextInt(8);
            long value = random.nextLong();
            Object expected =
                    sum > Integer.MAX_VALUE
                            ? "trap"
                            : answer(oracle, m -> atSum(m, width, (int) sum, value));
            assertThat(answer(memory, _ -> atBoth(width, base, offset, value)))
                    .as("width %d at %d + %d in step %d of seed %d", width, base, offset, i, seed)
                    .isEqualTo(expected);
            if (i % 1_000 == 0) {
                memory.grow(1);
                oracle.grow(1);
                compareWhole();
            }
        }
        compareWhole();
    }

    private static Object atSum(Memory m, int width, int at, long value) {
        return switch (width) {
            case 0 -> m.read(at);
            case 1 -> m.readShort(at);
            case 2 -> m.readInt(at);
            case 3 -> m.readLong(at);
            case 4 -> done(() -> m.writeByte(at, (byte) value));
            case 5 -> done(() -> m.writeShort(at, (short) value));
            case 6 -> done(() -> m.writeI32(at, (int) value));
            default -> done(() -> m.writeLong(at, value));
        };
    }

    private Object atBoth(int width, int base, int offset, long value) {
        return switch (width) {
            case 0 -> memory.read(base, offset);
            case 1 -> memory.readShort(base, offset);
            case 2 -> memory.readInt(base, offset);
            case 3 -> memory.readLong(base, offset);
            case 4 -> done(() -> memory.writeByte(base, offset, (byte) value));
            case 5 -> done(() -> memory.writeShort(base, offset, (short) value));
            case 6 -> done(() -> memory.writeI32(base, offset, (int) value));
            default -> done(() -> memory.writeLong(base, offset, value));
        };
    }

    private Function<Memory, Object> bulk(Random random) {
        int at = address(random);
        int from = address(random);
        int count = count(random);
        byte value = (byte) random.nextInt();
        int segment = random.nextInt(SEGMENTS.length);
        int offset = random.nextInt(300) - 9;
        int pages = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(4);
        return switch (random.nextInt(10)) {
            case 0, 1 -> m -> done(() -> m.fill(value, at, at + count));
            case 2, 3 -> m -> done(() -> m.copy(at, from, count));
            // overlapping by design: a random pair hardly ever does
            case 4 -> m -> done(() -> m.copy(at + offset, at, count));
            case 5 -> m -> done(() -> m.initPassiveSegment(segment, at, offset, count));
            case 6 -> m -> done(() -> m.write(at, new byte[300], offset, count % 400));
            case 7 -> m -> m.grow(pages);
            case 8 -> m -> m.readBytes(at, count % PAGE).length;
            default ->
                    random.nextInt(200) == 0
                            ? m -> done(() -> m.drop(segment))
                            : m -> done(() -> m.copy(at - PIECE, at, count));
        };
    }
}
