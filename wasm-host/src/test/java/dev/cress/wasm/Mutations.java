package dev.cress.wasm;

import java.util.Arrays;
import java.util.Random;

/// Changes modules at random, the same way for the same seed.
final class Mutations {
    private static final byte[][] COUNTS = {
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07},
        {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x08},
        {(byte) 0x80, (byte) 0x80, 0x04},
        {(byte) 0xff, 0x7f},
        {(byte) 0x80, 0x00}
    };

    private final byte[] original;
    private final Random random;

    /// Where the changes are, in bytes from the start: what matters stands at the front.
    private final int reach;

    Mutations(byte[] original, int reach, long seed) {
        this.original = original;
        this.reach = Math.min(reach, original.length);
        this.random = new Random(seed);
    }

    byte[] next() {
        byte[] bytes = original.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            bytes = change(bytes);
        }
        return bytes;
    }

    private byte[] change(byte[] bytes) {
        int at = random.nextInt(Math.max(1, Math.min(reach, bytes.length)));
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            case 3, 4 -> {
                bytes[at] = (byte) random.nextInt(256);
                yield bytes;
            }
            case 5 -> spliced(bytes, at, COUNTS[random.nextInt(COUNTS.length)], 1);
            case 6 -> spliced(bytes, at, new byte[random.nextInt(4)], random.nextInt(4));
            default ->
                    random.nextInt(10) == 0
                            ? Arrays.copyOf(bytes, Math.max(1, random.nextInt(bytes.length)))
                            : spliced(bytes, at, new byte[] {(byte) random.nextInt(256)}, 0);
        };
    }

    /// Puts `more` in the place of some bytes.
    private static byte[] spliced(byte[] bytes, int at, byte[] more, int replaced) {
        int rest = Math.min(bytes.length, at + replaced);
        byte[] result = Arrays.copyOf(bytes, at + more.length + bytes.length - rest);
        System.arraycopy(more, 0, result, at, more.length);
        System.arraycopy(bytes, rest, result, at + more.length, bytes.length - rest);
        return result;
    }
}
