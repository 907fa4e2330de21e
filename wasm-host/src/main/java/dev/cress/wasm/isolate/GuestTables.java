package dev.cress.wasm.isolate;

import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.runtime.TrapException;
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
        return new GuestTable(
                new Table(declared.elementType(), own, declared.initialize()), initialValue);
    }

    /// A table whose bounds hold where the engine's overflow: growth by 2³¹-1 entries, and a
    /// `table.copy` of as many.
    private static final class GuestTable extends TableInstance {
        private GuestTable(Table table, int initialValue) {
            super(table, initialValue);
        }

        @Override
        public int grow(int entries, int value, Instance instance) {
            return fits(entries) ? super.grow(entries, value, instance) : -1;
        }

        @Override
        public int growWithRef(int entries, Object value, Instance instance) {
            return fits(entries) ? super.growWithRef(entries, value, instance) : -1;
        }

        private boolean fits(int entries) {
            return entries >= 0 && (long) size() + entries <= limits().max();
        }

        @Override
        public Instance instance(int index) {
            if (index < 0 || index >= size()) {
                throw new TrapException(
                        "out of bounds table access: entry %s, table has %d"
                                .formatted(Integer.toUnsignedString(index), size()));
            }
            return super.instance(index);
        }
    }
}
