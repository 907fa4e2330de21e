package dev.cress.wasm.memory;

import run.endive.runtime.Memory;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// The content that every run of an image begins with, by granules; one of zeros takes nothing.
/// Immutable and thread-safe.
public final class InitialMemory {
    private static final int GRANULE_BYTES = 1 << GuestMemory.GRANULE_SHIFT;

    /// What a store of eight bytes may write beyond the granule that it begins in.
    private static final int REACH_BYTES = 7;

    private static final byte[] ZEROS = new byte[GRANULE_BYTES];

    private final int size;
    private final byte[][] granules;

    private InitialMemory(int size, byte[][] granules) {
        this.size = size;
        this.granules = granules;
    }

    static InitialMemory of(byte[] bytes, int size) {
        var granules = new byte[size >>> GuestMemory.GRANULE_SHIFT][];
        int used = 0;
        for (int i = 0; i < granules.length; i++) {
            int from = i << GuestMemory.GRANULE_SHIFT;
            int to = from + GRANULE_BYTES;
            granules[i] = ZEROS;
            if (!Arrays.equals(bytes, from, to, ZEROS, 0, GRANULE_BYTES)) {
                granules[i] = Arrays.copyOfRange(bytes, from, to);
                used = i + 1;
            }
        }
        return new InitialMemory(size, Arrays.copyOf(granules, used));
    }

    /// Writes it as [#read] reads it.
    public void write(DataOutput out) throws IOException {
        out.writeInt(size);
        out.writeInt(GRANULE_BYTES);
        out.writeInt((int) (bytesHeld() / GRANULE_BYTES));
        for (int i = 0; i < granules.length; i++) {
            if (granules[i] != ZEROS) {
                out.writeInt(i);
                out.write(granules[i]);
            }
        }
    }

    /// Reads what [#write] wrote.
    public static InitialMemory read(DataInputStream in) throws IOException {
        int size = in.readInt();
        int granuleBytes = in.readInt();
        if (granuleBytes != GRANULE_BYTES) {
            throw new IOException("image has granules of %d bytes".formatted(granuleBytes));
        }
        int held = in.readInt();
        if (size < 0 || size % Memory.PAGE_SIZE != 0 || held < 0) {
            throw new IOException("image has a memory of %d bytes".formatted(size));
        }
        var granules = new byte[size >>> GuestMemory.GRANULE_SHIFT][];
        Arrays.fill(granules, ZEROS);
        int used = 0;
        for (int i = 0; i < held; i++) {
            int at = in.readInt();
            if (at < used || at >= granules.length) {
                throw new IOException("image has granule %d out of place".formatted(at));
            }
            granules[at] = in.readNBytes(GRANULE_BYTES);
            used = at + 1;
            if (granules[at].length < GRANULE_BYTES) {
                throw new IOException("image ends in granule %d".formatted(at));
            }
        }
        return new InitialMemory(size, Arrays.copyOf(granules, used));
    }

    /// Bytes that the guest may address at its start.
    public int size() {
        return size;
    }

    /// Bytes of content that aren't zeros, by granules.
    public long bytesHeld() {
        return Arrays.stream(granules).filter(g -> g != ZEROS).count() * GRANULE_BYTES;
    }

    void copyTo(byte[] zeros) {
        for (int i = 0; i < granules.length; i++) {
            byte[] granule = granules[i];
            if (granule != ZEROS) {
                System.arraycopy(granule, 0, zeros, i << GuestMemory.GRANULE_SHIFT, GRANULE_BYTES);
            }
        }
    }

    /// Restores a granule and what a store that begins in it can reach.
    void restore(byte[] bytes, int granule) {
        int at = granule << GuestMemory.GRANULE_SHIFT;
        System.arraycopy(content(granule), 0, bytes, at, GRANULE_BYTES);
        if (at + GRANULE_BYTES < bytes.length) {
            System.arraycopy(content(granule + 1), 0, bytes, at + GRANULE_BYTES, REACH_BYTES);
        }
    }

    private byte[] content(int granule) {
        return granule < granules.length ? granules[granule] : ZEROS;
    }
}
