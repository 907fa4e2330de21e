package dev.cress.wasm.isolate;

import run.endive.runtime.TableInstance;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.TableLimits;

/// Builds an isolate's tables. The engine's `table.grow` changes the limits that it finds in the
/// shared module, so that later instances would start with the grown table: each isolate gets
/// limits of its own.
public final class GuestTables {
    /// Entries that a table may grow to; eight bytes of heap each.
    private static final long ENTRIES_MAX = 100_000;

    private GuestTables() {}

    public static TableInstance create(Table declared, int initialValue) {
        var limits = declared.limits();
        long max = Math.max(limits.min(), Math.min(limits.max(), ENTRIES_MAX));
        var own = new TableLimits(limits.min(), max, limits.shared());
        return new TableInstance(
                new Table(declared.elementType(), own, declared.initialize()), initialValue);
    }
}
