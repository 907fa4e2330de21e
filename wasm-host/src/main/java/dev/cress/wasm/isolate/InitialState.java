package dev.cress.wasm.isolate;

import dev.cress.wasm.memory.InitialMemory;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;

/// Everything that a guest can change, as every run of an image begins with it. Immutable and
/// thread-safe.
public final class InitialState {
    private final InitialMemory memory;
    private final long[] globals;
    private final int[][] tables;

    /// @param globals values of the variable ones, in the order of their indices
    /// @param tables the entries of each, a function's index or the engine's null
    InitialState(InitialMemory memory, long[] globals, int[][] tables) {
        this.memory = memory;
        this.globals = globals;
        this.tables = tables;
    }

    /// Writes it as [#read] reads it.
    public void write(DataOutput out) throws IOException {
        memory.write(out);
        out.writeInt(globals.length);
        for (long global : globals) {
            out.writeLong(global);
        }
        out.writeInt(tables.length);
        for (int[] table : tables) {
            out.writeInt(table.length);
            for (int entry : table) {
                out.writeInt(entry);
            }
        }
    }

    /// Reads what [#write] wrote.
    public static InitialState read(DataInputStream in) throws IOException {
        InitialMemory memory = InitialMemory.read(in);
        long[] globals = new long[count(in, Long.BYTES)];
        for (int i = 0; i < globals.length; i++) {
            globals[i] = in.readLong();
        }
        int[][] tables = new int[count(in, Integer.BYTES)][];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new int[count(in, Integer.BYTES)];
            for (int j = 0; j < tables[i].length; j++) {
                tables[i][j] = in.readInt();
            }
        }
        return new InitialState(memory, globals, tables);
    }

    private static int count(DataInputStream in, int bytesEach) throws IOException {
        int count = in.readInt();
        if (count < 0 || (long) count * bytesEach > in.available()) {
            throw new IOException("image says %d entries, more than it has".formatted(count));
        }
        return count;
    }

    InitialMemory memory() {
        return memory;
    }

    long[] globals() {
        return globals;
    }

    int[][] tables() {
        return tables;
    }
}
