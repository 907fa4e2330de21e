package dev.cress.wasm.fuzz;

import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.GuestStopped;

import run.endive.runtime.ImportFunction;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.types.FunctionType;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A guest whose every move a fuzzer chose: it writes to its memory and makes host calls, with what
/// earlier ones gave it among the arguments. A call that ends it is followed by another run on the
/// same memory, in which it still has the handles of the one before.
///
/// A byte says what is next: under [#POKES], a write of up to 31 bytes; the next one, another run;
/// else a call, whose function is the next byte's place among the names in order. So an input means
/// something else when functions are added: what one found is told in words by a test of its own.
public final class HostileGuest {
    private static final int POKES = 64;

    /// Places in memory that it uses, so that it finds again what was put there.
    private static final int SLOTS = 64;

    private static final int SLOT_BYTES = 16;

    /// The choice of an argument that is the first of them.
    private static final int PLACE = 0x40;

    private static final int RESULTS = 16;
    private static final int SEEDS = 20;
    private static final int SEED_BYTES = 300;

    /// Where it runs.
    public interface Host {
        GuestMemory memory();

        /// Begins another run on the same memory.
        void restart();

        /// Makes the call; 0 if it has no result.
        long call(String function, long... arguments);

        /// What must hold after each call that answered.
        default void check(String function, long result) {}
    }

    private final Host host;
    private final List<Map.Entry<String, ImportFunction>> functions;
    private final long allocatedBytesMax;
    private final long[] results = new long[RESULTS];
    private int calls;

    /// @param allocatedBytesMax what a call may cost the host's heap
    public HostileGuest(Map<String, ImportFunction> functions, long allocatedBytesMax, Host host) {
        this.functions = List.copyOf(new TreeMap<>(functions).entrySet());
        this.allocatedBytesMax = allocatedBytesMax;
        this.host = host;
    }

    /// Guests to begin with, so that a fuzzer needn't find out that it may choose more than a move.
    public static Stream<byte[]> some() {
        var random = new Random(7);
        return IntStream.range(0, SEEDS)
                .mapToObj(
                        _ -> {
                            byte[] seed = new byte[SEED_BYTES];
                            random.nextBytes(seed);
                            return seed;
                        });
    }

    /// One that makes these calls, a line each: the function and numbers under 64, with `@` before
    /// that of a place in memory.
    public static byte[] calling(Map<String, ImportFunction> functions, String lines) {
        var names = List.copyOf(new TreeMap<>(functions).keySet());
        var moves = new ByteArrayOutputStream();
        for (String line : lines.lines().toList()) {
            String[] words = line.split(" ", -1);
            moves.write(POKES + 1);
            moves.write(names.indexOf(words[0]));
            for (String word : List.of(words).subList(1, words.length)) {
                boolean place = word.startsWith("@");
                moves.write(
                        place
                                ? PLACE | Integer.parseInt(word.substring(1))
                                : Integer.parseInt(word));
            }
        }
        return moves.toByteArray();
    }

    /// Does all of it, in a run that has begun.
    public void play(Choices choices) {
        Arrays.fill(results, 0);
        calls = 0;
        while (choices.isLeft()) {
            int move = choices.u8();
            if (move < POKES) {
                poke((int) argument(choices), choices.some(choices.u8() & 0x1f));
            } else if (move == POKES) {
                host.restart();
            } else {
                var function = functions.get(choices.u8() % functions.size());
                call(function.getKey(), function.getValue().functionType(), choices);
            }
        }
    }

    private void poke(int at, byte[] bytes) {
        if (at >= 0 && (long) at + bytes.length <= host.memory().size()) {
            host.memory().write(at, bytes);
        }
    }

    private void call(String function, FunctionType type, Choices choices) {
        long[] arguments = new long[type.params().size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = argument(choices);
        }
        var heap = new HeapUse();
        try {
            long result = host.call(function, arguments);
            results[calls++ % RESULTS] = result;
            host.check(function, result);
        } catch (WasmEngineException | GuestEnded | GuestStopped expected) {
            host.restart();
        }
        heap.requireAtMost(allocatedBytesMax, function);
    }

    /// A small number, a place in memory, what a call gave or put there, an edge, or any number.
    private long argument(Choices choices) {
        int choice = choices.u8();
        int index = choice & 0x3f;
        int size = host.memory().size();
        return switch (choice >> 6) {
            case 0 -> index;
            case 1 -> (long) index * SLOT_BYTES;
            case 2 ->
                    index < RESULTS
                            ? results[index]
                            : host.memory().readInt(index % SLOTS * SLOT_BYTES);
            default ->
                    switch (index) {
                        case 0 -> -1;
                        case 1 -> Integer.MAX_VALUE;
                        case 2 -> Integer.MIN_VALUE;
                        case 3 -> 0x8000_0000L;
                        case 4 -> 0xffff_ffffL;
                        case 5 -> 1L << 32;
                        case 6 -> Long.MAX_VALUE;
                        case 7 -> Long.MIN_VALUE;
                        case 8 -> size;
                        case 9 -> size - 1L;
                        case 10 -> size - 4L;
                        case 11 -> size - 8L;
                        case 12 -> size + 1L;
                        case 13 -> size / 2;
                        case 14 -> 0x7fff_fff8L;
                        case 15 -> -8;
                        case 16, 17 -> choices.i64();
                        default -> index < 40 ? choices.u16() : choices.u8();
                    };
        };
    }
}
