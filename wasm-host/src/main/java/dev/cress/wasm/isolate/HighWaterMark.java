package dev.cress.wasm.isolate;

import java.util.concurrent.atomic.LongAdder;

/// How large the memories of an image's runs usually become. One run that needs much more doesn't
/// move it, a habit does, and what is no habit any more is forgotten within two windows.
/// Thread-safe; a run that is no larger than usual takes no lock and writes nothing that other
/// threads read.
final class HighWaterMark {
    /// A window's runs at least: it ends when somebody looks, or with the next run that is larger
    /// than its second largest.
    static final int WINDOW_RUNS = 256;

    private final LongAdder runs = new LongAdder();
    private volatile int secondLargest;
    private volatile int mark;
    private int largest;
    private int before;

    /// Bytes that a memory may keep between runs.
    int bytes() {
        return mark;
    }

    /// A run ended, with a memory of so many bytes.
    void add(int bytes) {
        runs.increment();
        if (bytes > secondLargest) {
            learn(bytes);
        }
    }

    private synchronized void learn(int bytes) {
        look();
        if (bytes > largest) {
            secondLargest = largest;
            largest = bytes;
        } else if (bytes > secondLargest) {
            secondLargest = bytes;
        }
        mark = Math.max(before, secondLargest);
    }

    /// Ends the window if it has its runs. Called now and then.
    synchronized void look() {
        if (runs.sum() >= WINDOW_RUNS) {
            before = secondLargest;
            runs.reset();
            largest = 0;
            secondLargest = 0;
            mark = before;
        }
    }
}
