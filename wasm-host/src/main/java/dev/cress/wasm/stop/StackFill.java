package dev.cress.wasm.stop;

/// Fills stack by recursion, without any effect but the error when there isn't enough of it.
final class StackFill {
    /// A frame keeps eleven numbers for after its call: no compiler makes it smaller.
    private static final int FRAME_BYTES_MIN = 11 * Long.BYTES;

    private StackFill() {}

    static void fill(int bytes) {
        if (frame(bytes / FRAME_BYTES_MIN, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) == 0) {
            throw new IllegalStateException("a sum of odd numbers can't be 0");
        }
    }

    private static long frame(
            int left,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j) {
        if (left == 0) {
            return a | 1;
        }
        // other numbers in each frame, all needed after the call
        long below =
                frame(
                        left - 1, b + left, c ^ left, d - left, e * 3, f + a, g ^ b, h - c, i + d,
                        j ^ e, a * 5);
        return below | (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ left) | 1;
    }
}
