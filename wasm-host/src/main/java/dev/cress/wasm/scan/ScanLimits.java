package dev.cress.wasm.scan;

/// The most that a module may declare. Where no reason stands beside it, a limit is a few times
/// what the largest modules of real compilers need.
final class ScanLimits {
    static final int MODULE_BYTES_MAX = 50 << 20;
    static final int TYPES_MAX = 50_000;
    static final int PARAMETERS_MAX = 1_000;

    /// The engine returns them through a method's parameters: a JVM has 255, an i64 takes two.
    static final int RESULTS_MAX = 100;

    static final int IMPORTS_MAX = 1_000;
    static final int EXPORTS_MAX = 10_000;

    /// The smallest takes three bytes: a limit on the module's size alone allowed millions.
    static final int CUSTOM_SECTIONS_MAX = 1_000;

    static final int FUNCTIONS_MAX = 100_000;
    static final int GLOBALS_MAX = 10_000;
    static final int TABLES_MAX = 16;

    /// Eight bytes of heap each, and a guest can ask for them with four bytes of its own.
    static final int TABLE_ENTRIES_MAX = 100_000;

    static final int ELEMENT_SEGMENTS_MAX = 10_000;

    /// Twice what all tables hold. The parser keeps some 200 bytes for each byte of these, and
    /// every run evaluates them before the guest can be stopped.
    static final int ELEMENTS_IN_ALL_MAX = 200_000;

    /// Go writes 24,000 into a module of 2 MB.
    static final int DATA_SEGMENTS_MAX = 100_000;

    static final int NAME_BYTES_MAX = 10_000;
    static final int BODY_BYTES_MAX = 2 << 20;
    static final int LOCALS_MAX = 20_000;

    /// The parser keeps an object per local: 20,000 functions of 50,000 locals each took a
    /// gigabyte.
    static final int LOCALS_IN_ALL_MAX = 5_000_000;

    /// A `switch` of n cases nests n blocks.
    static final int NESTING_MAX = 5_000;

    static final int BRANCH_TABLE_MAX = 65_520;

    /// The engine walks from each branch to its target block by block: one table of 131 KB in 5,000
    /// blocks (327 million steps) took 6 s. A Go program of 3.6 MB takes 2.4 million.
    static final long BLOCKS_REACHED_MAX = 50_000_000;

    private ScanLimits() {}
}
