package dev.cress.wasm.fastly;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/// A body that can be read: bytes that the guest wrote and bodies that come from elsewhere, one
/// after the other. What is here counts against the run's [Allowance] until it is read.
final class Body implements WritableBody, BodySink {
    static final long UNKNOWN = -1;

    private static final int PIECE_BYTES_MIN = 256;

    private final Allowance allowance;
    private final Deque<Part> parts = new ArrayDeque<>();

    private sealed interface Part {}

    private record Coming(BodySource source) implements Part {}

    /// Bytes that are here, with room for more.
    private static final class Here implements Part {
        private byte[] bytes;
        private int from;
        private int to;

        private Here(byte[] bytes, int to) {
            this.bytes = bytes;
            this.to = to;
        }

        private int size() {
            return to - from;
        }
    }

    Body(Allowance allowance) {
        this.allowance = allowance;
    }

    /// A body of these bytes, which are its own from then on.
    static Body of(byte[] bytes, Allowance allowance) {
        var body = new Body(allowance);
        if (bytes.length > 0) {
            body.parts.add(body.taken(new Here(bytes, bytes.length)));
        }
        return body;
    }

    static Body of(BodySource source, Allowance allowance) {
        var body = new Body(allowance);
        body.parts.add(new Coming(source));
        return body;
    }

    private Here taken(Here part) {
        allowance.take((long) part.bytes.length + Allowance.OBJECT_BYTES);
        return part;
    }

    private void drop(Part part) {
        switch (part) {
            case Here here -> allowance.giveBack((long) here.bytes.length + Allowance.OBJECT_BYTES);
            case Coming coming -> coming.source().close();
        }
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        if (length == 0) {
            return;
        }
        Here last = parts.peekLast() instanceof Here here ? here : null;
        if (last == null || last.bytes.length - last.to < length) {
            last = room(last, length);
        }
        System.arraycopy(from, offset, last.bytes, last.to, length);
        last.to += length;
    }

    /// A last part with room for so many bytes more. It grows by half at least, so that many small
    /// writes cost no more than one.
    private Here room(@Nullable Here last, int length) {
        if (last == null) {
            Here first = taken(new Here(new byte[Math.max(length, PIECE_BYTES_MIN)], 0));
            parts.addLast(first);
            return first;
        }
        long wanted = Math.max((long) last.to + length, last.to + (long) last.to / 2);
        allowance.take(wanted - last.bytes.length);
        last.bytes = Arrays.copyOf(last.bytes, (int) wanted);
        return last;
    }

    /// Adds bytes before all others.
    void writeFront(byte[] bytes) {
        if (bytes.length > 0) {
            parts.addFirst(taken(new Here(bytes, bytes.length)));
        }
    }

    @Override
    public void append(Body other, byte[] buffer) {
        parts.addAll(other.parts);
        other.parts.clear();
    }

    /// Reads at least one byte unless none is asked for, or returns 0 at the end. Blocks while what
    /// it needs isn't here.
    int read(byte[] into, int offset, int length) {
        while (length > 0 && !parts.isEmpty()) {
            Part first = parts.getFirst();
            int count =
                    switch (first) {
                        case Here here -> read(here, into, offset, length);
                        case Coming coming -> coming.source().read(into, offset, length);
                    };
            if (count > 0) {
                return count;
            }
            parts.removeFirst();
            drop(first);
        }
        return 0;
    }

    private static int read(Here part, byte[] into, int offset, int length) {
        int count = Math.min(length, part.size());
        System.arraycopy(part.bytes, part.from, into, offset, count);
        part.from += count;
        return count;
    }

    /// Sends all of it there.
    void moveTo(BodySink sink, byte[] buffer) {
        while (!parts.isEmpty()) {
            int count = read(buffer, 0, buffer.length);
            if (count > 0) {
                sink.write(buffer, 0, count);
            }
        }
    }

    /// All of it, which must not be more than so many bytes.
    byte[] toBytes(int bytesMax, byte[] buffer) {
        var gathered = new Body(allowance);
        try {
            long size = 0;
            for (int count = read(buffer, 0, buffer.length);
                    count > 0;
                    count = read(buffer, 0, buffer.length)) {
                size += count;
                if (size > bytesMax) {
                    throw new Refused(Status.LIMITEXCEEDED);
                }
                gathered.write(buffer, 0, count);
            }
            byte[] bytes = new byte[(int) size];
            gathered.read(bytes, 0, bytes.length);
            return bytes;
        } finally {
            gathered.close();
        }
    }

    /// Bytes from here to its end, or [#UNKNOWN].
    long knownLength() {
        long known = 0;
        for (Part part : parts) {
            long length =
                    switch (part) {
                        case Here here -> here.size();
                        case Coming coming -> coming.source().length();
                    };
            if (length == UNKNOWN) {
                return UNKNOWN;
            }
            known += length;
        }
        return known;
    }

    @Override
    public void end() {}

    @Override
    public void close() {
        parts.forEach(this::drop);
        parts.clear();
    }

    @Override
    public void abandon() {
        close();
    }
}
