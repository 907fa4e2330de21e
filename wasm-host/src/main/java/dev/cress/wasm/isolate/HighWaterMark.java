package dev.cress.wasm.isolate;

/// How large the memories of an image's runs usually become. One run that needs much more doesn't
/// move it, a habit does, and what is no habit any more is forgotten within two windows.
/// Thread-safe.
final class HighWaterMark {
    private static final int WINDOW_RUNS = 256;

    private int runs;
    private int largest;
    private int secondLargest;
    private int before;
    private volatile int mark;

    /// Bytes that a memory may keep between runs.
    int bytes() {
        return mark;
    }

    synchronized void add(int bytes) {
        if (bytes > largest) {
            secondLargest = largest;
            largest = bytes;
        } else if (bytes > secondLargest) {
            secondLargest = bytes;
        }
        if (++runs == WINDOW_RUNS) {
            before = secondLargest;
            runs = 0;
            largest = 0;
            secondLargest = 0;
        }
        mark = Math.max(before, secondLargest);
    }
}
