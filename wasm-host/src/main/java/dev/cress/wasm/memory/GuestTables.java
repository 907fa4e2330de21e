package dev.cress.wasm.memory;

import dev.cress.wasm.stop.StackHeadroom;

import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.runtime.TrapException;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.TableLimits;
import run.endive.wasm.types.Value;

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

    /// A table whose bounds hold where the engine's overflow (growth by 2³¹-1 entries, and a
    /// `table.copy` of as many), and that knows whether it was changed.
    public static final class GuestTable extends TableInstance {
        private boolean changed;

        private GuestTable(Table table, int initialValue) {
            super(table, initialValue);
        }

        /// The entries: a function's index, or the null of the engine.
        public int[] entries() {
            int[] entries = new int[size()];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = ref(i);
            }
            return entries;
        }

        /// Puts entries back, functions of this instance all of them. False if the table was
        /// grown, which the engine can't undo.
        ///
        /// @param fresh whether nothing is known of what is there
        public boolean restore(int[] entries, Instance instance, boolean fresh) {
            if (fresh && size() < entries.length) {
                super.grow(entries.length - size(), Value.REF_NULL_VALUE, instance);
            }
            if (size() != entries.length) {
                return false;
            }
            if (changed || fresh) {
                for (int i = 0; i < entries.length; i++) {
                    if (elementType().isObjectRef()) {
                        super.setObjRef(i, null, instance);
                    } else {
                        super.setRef(i, entries[i], instance);
                    }
                }
                changed = false;
            }
            return true;
        }

        @Override
        public void setRef(int index, int value, Instance instance) {
            changed = true;
            super.setRef(index, value, instance);
        }

        @Override
        public void setObjRef(int index, Object value, Instance instance) {
            changed = true;
            super.setObjRef(index, value, instance);
        }

        @Override
        public int grow(int entries, int value, Instance instance) {
            changed = true;
            return fits(entries) ? super.grow(entries, value, instance) : -1;
        }

        @Override
        public int growWithRef(int entries, Object value, Instance instance) {
            changed = true;
            return fits(entries) ? super.growWithRef(entries, value, instance) : -1;
        }

        private boolean fits(int entries) {
            return entries >= 0 && (long) size() + entries <= limits().max();
        }

        @Override
        public Instance instance(int index) {
            if (index < 0 || index >= size()) {
                StackHeadroom.here().require();
                throw new TrapException(
                        "out of bounds table access: entry "
                                + Integer.toUnsignedString(index)
                                + ", table has "
                                + size());
            }
            return super.instance(index);
        }
    }
}
