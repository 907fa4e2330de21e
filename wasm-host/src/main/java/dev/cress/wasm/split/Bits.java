package dev.cress.wasm.split;

/// Sets of a function's locals, of a fixed length.
final class Bits {
    private Bits() {}

    static long[] of(int size) {
        return new long[(size + Long.SIZE - 1) / Long.SIZE];
    }

    static void add(long[] set, int element) {
        set[element / Long.SIZE] |= 1L << element;
    }

    static void remove(long[] set, int element) {
        set[element / Long.SIZE] &= ~(1L << element);
    }

    /// Returns whether that made it larger.
    static boolean addAll(long[] set, long[] more) {
        boolean larger = false;
        for (int i = 0; i < set.length; i++) {
            larger |= (more[i] & ~set[i]) != 0;
            set[i] |= more[i];
        }
        return larger;
    }

    static void keep(long[] set, long[] only) {
        for (int i = 0; i < set.length; i++) {
            set[i] &= only[i];
        }
    }

    static int[] elements(long[] set) {
        int count = 0;
        for (long word : set) {
            count += Long.bitCount(word);
        }
        int[] elements = new int[count];
        int at = 0;
        for (int i = 0; i < set.length; i++) {
            for (long left = set[i]; left != 0; left &= left - 1) {
                elements[at++] = i * Long.SIZE + Long.numberOfTrailingZeros(left);
            }
        }
        return elements;
    }
}
