package dev.cress.wasm.isolate;

import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.GuestTables.GuestTable;

import run.endive.runtime.GlobalInstance;
import run.endive.runtime.Instance;
import run.endive.wasm.types.MutabilityType;

import java.util.Arrays;
import java.util.Objects;

/// One memory and one instance, used by one request at a time, and reset in between to equal a
/// fresh one byte for byte. Not thread-safe: it is handed from thread to thread by its pool.
public final class Isolate {
    private static final long[] NOTHING = {};

    private final Blueprint blueprint;
    private final GuestMemory memory;
    private Instance instance;
    private GlobalInstance[] variables;
    private GuestTable[] tables;

    Isolate(Blueprint blueprint, GuestMemory memory) {
        this.blueprint = blueprint;
        this.memory = memory;
        this.instance = blueprint.instance(memory);
        this.variables = variables(instance);
        this.tables = tables(instance);
        restore(true);
    }

    public GuestMemory memory() {
        return memory;
    }

    /// The functions that a run calls before any other, in order.
    public int[] starts() {
        return blueprint.starts();
    }

    /// Calls a function.
    ///
    /// @return its results, as the engine has them
    public long[] call(int function, long... arguments) {
        long[] results = instance.getMachine().call(function, arguments);
        // of a function without results the engine gives one or the other
        return results == null ? NOTHING : results;
    }

    /// Calls a function with 0 for each of its parameters.
    public void callWithZeros(int function) {
        int parameters = instance.type(instance.functionType(function)).params().size();
        call(function, new long[parameters]);
    }

    /// Makes it equal to a fresh isolate. Memory is restored by what changed; the instance is made
    /// anew unless its state is known to be restorable.
    ///
    /// @param endedByItself whether the guest returned or exited
    void reset(boolean endedByItself) {
        boolean restorable = endedByItself && isRestorable();
        memory.reset(state().memory());
        if (!restorable || !restore(false)) {
            instance = blueprint.instance(memory);
            variables = variables(instance);
            tables = tables(instance);
            restore(true);
        }
    }

    private InitialState state() {
        return Objects.requireNonNull(
                blueprint.state(), "an isolate without a state to go back to");
    }

    /// The interpreter keeps frames that an exit left, a dropped segment is gone, and a tail call
    /// under way would be made by the next run.
    private boolean isRestorable() {
        if (blueprint.interprets() || memory.segmentsDropped() || instance.isTailCallPending()) {
            return false;
        }
        for (int i = 0; i < instance.elementCount(); i++) {
            if (instance.element(i) == null) {
                return false;
            }
        }
        return true;
    }

    private boolean restore(boolean fresh) {
        InitialState state = blueprint.state();
        if (state == null) {
            return true;
        }
        for (int i = 0; i < variables.length; i++) {
            variables[i].setValueLow(state.globals()[i]);
        }
        boolean restored = true;
        for (int i = 0; i < tables.length; i++) {
            restored &= tables[i].restore(state.tables()[i], instance, fresh);
        }
        return restored;
    }

    /// What it has now, for others to begin with. It can't be reset itself.
    public InitialState takeState() {
        long[] globals = new long[variables.length];
        for (int i = 0; i < globals.length; i++) {
            globals[i] = variables[i].getValueLow();
        }
        int[][] entries = new int[tables.length][];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = tables[i].entries();
        }
        return new InitialState(memory.takeInitial(), globals, entries);
    }

    /// Gives its memory back. It must not be used again.
    public void release() {
        memory.release();
    }

    private static GlobalInstance[] variables(Instance instance) {
        var variables = new GlobalInstance[instance.globalCount()];
        int count = 0;
        for (int i = 0; i < variables.length; i++) {
            GlobalInstance global = instance.global(i);
            if (global.getMutabilityType() == MutabilityType.Var) {
                variables[count++] = global;
            }
        }
        return Arrays.copyOf(variables, count);
    }

    private static GuestTable[] tables(Instance instance) {
        var tables = new GuestTable[instance.tableCount()];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = (GuestTable) instance.table(i);
        }
        return tables;
    }
}
