package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.memory.GuestMemory;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;

/// The arguments of one call, by their places. Pointers and lengths are the guest's word: the
/// memory checks each, and a length is compared with a limit before anything is allocated for it.
final class Passed {
    private final GuestMemory memory;
    private final long[] values;

    Passed(GuestMemory memory, long[] values) {
        this.memory = memory;
        this.values = values;
    }

    GuestMemory memory() {
        return memory;
    }

    int number(int place) {
        return (int) values[place];
    }

    long wide(int place) {
        return values[place];
    }

    /// The bytes at the pointer in this place, as many as the next place says.
    byte[] bytes(int place, int bytesMax) {
        return bytesAt(number(place), number(place + 1), bytesMax);
    }

    byte[] bytesAt(int at, int length, int bytesMax) {
        if (Integer.compareUnsigned(length, bytesMax) > 0) {
            throw new Refused(Status.INVAL);
        }
        return memory.readBytes(at, length);
    }

    /// The same, which must be UTF-8.
    String text(int place, int bytesMax) {
        return utf8(bytes(place, bytesMax));
    }

    String textAt(int at, int length, int bytesMax) {
        return utf8(bytesAt(at, length, bytesMax));
    }

    private static String utf8(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Refused(Status.INVAL);
        }
    }

    /// The same as a header's name or value has it: each byte is a character.
    String latin(int place, int bytesMax) {
        if (Integer.compareUnsigned(number(place + 1), bytesMax) > 0) {
            throw new Refused(Status.HTTPHEADTOOLARGE);
        }
        return new String(bytes(place, bytesMax), ISO_8859_1);
    }

    /// Writes a number where the pointer in this place says.
    void answer(int place, int value) {
        memory.writeI32(number(place), value);
    }

    void answerWide(int place, long value) {
        memory.writeLong(number(place), value);
    }

    /// Writes bytes to the guest's buffer: pointer, size, and where it wants to know how many bytes
    /// it got or, if they don't fit, would need.
    void fill(int place, byte[] value) {
        answer(place + 2, value.length);
        if (Integer.compareUnsigned(value.length, number(place + 1)) > 0) {
            throw new Refused(Status.BUFLEN);
        }
        memory.write(number(place), value, 0, value.length);
    }

    void fill(int place, String value) {
        fill(place, value.getBytes(UTF_8));
    }

    /// Writes values to the guest's buffer, each with a NUL behind it, as many as fit: buffer,
    /// size, number of the first one wanted, where it wants the number of the next one, -1 for no
    /// more, and where how many bytes it got.
    void fill(int place, List<String> values) {
        long room = Integer.toUnsignedLong(number(place + 1));
        long next = Integer.toUnsignedLong(number(place + 2));
        int written = 0;
        while (next < values.size()) {
            byte[] value = values.get((int) next).getBytes(ISO_8859_1);
            if (written + value.length + 1L > room) {
                break;
            }
            memory.write(number(place) + written, value, 0, value.length);
            memory.writeByte(number(place) + written + value.length, (byte) 0);
            written += value.length + 1;
            next++;
        }
        boolean tooSmall = written == 0 && next < values.size();
        answer(place + 4, tooSmall ? values.get((int) next).length() + 1 : written);
        answerWide(place + 3, next < values.size() && !tooSmall ? next : -1);
        if (tooSmall) {
            throw new Refused(Status.BUFLEN);
        }
    }
}
