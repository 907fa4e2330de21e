package dev.cress.wasm.httpwasm;

import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.RunWord;

/// Bodies on their way in and out of a guest's memory, in pieces: whatever length a guest says, the
/// host allocates no more than one.
final class Transfer {
    static final int PIECE_BYTES = 64 << 10;

    private static final long END = 1L << 32;

    private Transfer() {}

    /// Where pieces come from: at least one byte, or -1 at the end.
    interface Source {
        int read(byte[] into, int offset, int length);
    }

    /// Where pieces go; the array is theirs.
    interface Target {
        void write(byte[] piece);
    }

    /// Reads until the guest's room is full or the body at its end, as the reference host does:
    /// guests rely on hearing of the end with the last bytes.
    ///
    /// @return the number of bytes in the lower half, 1 in the upper if it is at its end
    static long read(Handling handling, long at, long limit, Source source) {
        GuestMemory memory = handling.run().memory();
        long room = Integer.toUnsignedLong((int) limit);
        Rules.require(room > 0, "a body can't be read into no room at all");
        long first = Integer.toUnsignedLong((int) at);
        Rules.require(first + room <= memory.size(), "a body's room isn't within the memory");
        byte[] piece = new byte[(int) Math.min(room, PIECE_BYTES)];
        int filled = 0;
        while (filled < room) {
            int count = source.read(piece, 0, (int) Math.min(piece.length, room - filled));
            if (count < 0) {
                return END | filled;
            }
            memory.write((int) first + filled, piece, 0, count);
            filled += count;
        }
        return filled;
    }

    static void write(Handling handling, long at, long length, Target target) {
        GuestMemory memory = handling.run().memory();
        RunWord word = handling.run().word();
        long first = Integer.toUnsignedLong((int) at);
        long bytes = Integer.toUnsignedLong((int) length);
        Rules.require(first + bytes <= memory.size(), "a body isn't within the memory");
        long from = first;
        // a body of nothing at all takes the place of what was there, too
        do {
            int some = (int) Math.min(PIECE_BYTES, first + bytes - from);
            target.write(memory.readBytes((int) from, some));
            word.checkStopped();
            from += some;
        } while (from < first + bytes);
    }
}
