package dev.cress.bench;

import java.io.PrintStream;
import java.util.function.Consumer;

/// What a benchmark asks, and how it finds out.
interface Question {
    /// How thoroughly it is asked: QUICK takes at most about 20 s and shows that it works, FULL at
    /// most 5 min and is what may be quoted.
    enum Effort {
        QUICK,
        FULL
    }

    /// As `bench/run` takes it.
    String name();

    /// The question in one line.
    String text();

    /// Measures, and tells each figure as soon as it is known.
    void answer(Effort effort, PrintStream progress, Consumer<Line> lines) throws Exception;
}
