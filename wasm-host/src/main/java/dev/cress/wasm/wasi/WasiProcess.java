package dev.cress.wasm.wasi;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.RunWord;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// One run of a guest as WASI sees it: its arguments, environment, open streams and clock. Lives as
/// long as the run, on the guest's thread.
public final class WasiProcess {
    /// Bytes that one call moves at most: a read or write may be short, and the guest asks again.
    private static final int TRANSFER_BYTES_MAX = 64 * 1024;

    private static final int VECTORS_MAX = 1024;
    private static final int FILETYPE_UNKNOWN = 0;
    private static final long RIGHT_FD_READ = 1L << 1;
    private static final long RIGHT_FD_WRITE = 1L << 6;

    private final HostRun run;
    private final RunWord word;
    private final GuestMemory memory;
    private final Supplier<Words> told;
    private final GuestStreams streams;
    private final boolean ofRequest;
    private final boolean[] open = {true, true, true};
    private byte[] input = new byte[0];
    private @Nullable Words words;

    /// What a program is told as it starts.
    ///
    /// @param arguments in UTF-8 without NUL, the program's name first
    /// @param environment `NAME=value` in UTF-8 without NUL
    public record Words(List<byte[]> arguments, List<byte[]> environment) {
        static final Words NONE = new Words(List.of(), List.of());

        public Words {
            arguments = List.copyOf(arguments);
            environment = List.copyOf(environment);
        }
    }

    private WasiProcess(
            HostRun run, Supplier<Words> told, GuestStreams streams, boolean ofRequest) {
        this.run = run;
        this.word = run.word();
        this.memory = run.memory();
        this.told = told;
        this.streams = streams;
        this.ofRequest = ofRequest;
    }

    /// A process whose arguments, environment and streams are the request's.
    ///
    /// @param told made when the guest first asks, at its own cost
    public static WasiProcess ofRequest(HostRun run, Supplier<Words> told, GuestStreams streams) {
        return new WasiProcess(run, told, streams, true);
    }

    /// The same while nobody has asked anything: no arguments, no environment, nothing to read.
    public static WasiProcess ofNobody(HostRun run) {
        return new WasiProcess(run, () -> Words.NONE, new NoStreams(), true);
    }

    /// A process that hears of requests in another way than WASI's: no arguments, no environment,
    /// nothing to read, and what it writes is logged.
    public static WasiProcess apartFromRequest(HostRun run) {
        return new WasiProcess(run, () -> Words.NONE, new LogStreams(run), false);
    }

    HostRun run() {
        return run;
    }

    boolean belongsToRequest() {
        return ofRequest;
    }

    int sizes(List<byte[]> strings, int countAt, int bytesAt) {
        int bytes = 0;
        for (byte[] string : strings) {
            bytes += string.length + 1;
        }
        memory.writeI32(countAt, strings.size());
        memory.writeI32(bytesAt, bytes);
        return Errno.SUCCESS;
    }

    int strings(List<byte[]> strings, int pointersAt, int bytesAt) {
        int pointer = pointersAt;
        int at = bytesAt;
        for (byte[] string : strings) {
            memory.writeI32(pointer, at);
            memory.write(at, string);
            memory.writeByte(at + string.length, (byte) 0);
            pointer += 4;
            at += string.length + 1;
        }
        return Errno.SUCCESS;
    }

    List<byte[]> arguments() {
        return words().arguments();
    }

    List<byte[]> environment() {
        return words().environment();
    }

    private Words words() {
        Words known = words;
        if (known == null) {
            known = told.get();
            words = known;
        }
        return known;
    }

    int clockResolution(int clock, int at) {
        if (!GuestClock.known(clock)) {
            return Errno.INVAL;
        }
        memory.writeLong(at, GuestClock.RESOLUTION_NANOS);
        return Errno.SUCCESS;
    }

    int clockTime(int clock, int at) {
        if (!GuestClock.known(clock)) {
            return Errno.INVAL;
        }
        memory.writeLong(at, GuestClock.nanos(clock));
        return Errno.SUCCESS;
    }

    int random(int at, int length) {
        if (length < 0) {
            return Errno.FAULT;
        }
        byte[] some = new byte[Math.min(TRANSFER_BYTES_MAX, length)];
        for (int left = length; left > 0; left -= some.length) {
            word.checkStopped();
            run.random().nextBytes(some);
            memory.write(at + length - left, some, 0, Math.min(some.length, left));
        }
        return Errno.SUCCESS;
    }

    int read(int fd, int vectorsAt, int vectors, int readAt) {
        if (!isOpen(fd) || fd != 0) {
            return Errno.BADF;
        }
        if (vectors < 0 || vectors > VECTORS_MAX) {
            return Errno.INVAL;
        }
        memory.writeI32(readAt, 0);
        for (int i = 0; i < vectors; i++) {
            int at = memory.readInt(vectorsAt + 8 * i);
            int length = memory.readInt(vectorsAt + 8 * i + 4);
            if (length != 0) {
                int room = (int) Math.min(Integer.toUnsignedLong(length), TRANSFER_BYTES_MAX);
                if (input.length < room) {
                    input = new byte[room];
                }
                int count = streams.readInput(input, 0, room);
                if (count > 0) {
                    memory.write(at, input, 0, count);
                    memory.writeI32(readAt, count);
                }
                return Errno.SUCCESS;
            }
        }
        return Errno.SUCCESS;
    }

    int write(int fd, int vectorsAt, int vectors, int writtenAt) {
        if (!isOpen(fd) || fd == 0) {
            return Errno.BADF;
        }
        if (vectors < 0 || vectors > VECTORS_MAX) {
            return Errno.INVAL;
        }
        byte[] output = gather(vectorsAt, vectors);
        memory.writeI32(writtenAt, output.length);
        if (output.length > 0) {
            if (fd == 1) {
                streams.writeOutput(output);
            } else {
                streams.writeError(output);
            }
        }
        return Errno.SUCCESS;
    }

    /// What a guest's vectors hold, up to what one call moves.
    private byte[] gather(int vectorsAt, int vectors) {
        int size = 0;
        for (int i = 0; i < vectors; i++) {
            size = (int) Math.min(size + length(vectorsAt, i), TRANSFER_BYTES_MAX);
        }
        byte[] output = new byte[size];
        int filled = 0;
        for (int i = 0; filled < size; i++) {
            int count = (int) Math.min(length(vectorsAt, i), size - filled);
            memory.read(memory.readInt(vectorsAt + 8 * i), output, filled, count);
            filled += count;
        }
        return output;
    }

    private long length(int vectorsAt, int index) {
        return Integer.toUnsignedLong(memory.readInt(vectorsAt + 8 * index + 4));
    }

    int close(int fd) {
        if (!isOpen(fd)) {
            return Errno.BADF;
        }
        open[fd] = false;
        return Errno.SUCCESS;
    }

    int streamOnly(int fd) {
        return isOpen(fd) ? Errno.SPIPE : Errno.BADF;
    }

    int opened(int fd) {
        return isOpen(fd) ? Errno.SUCCESS : Errno.BADF;
    }

    int unsupported(int fd) {
        return isOpen(fd) ? Errno.NOTSUP : Errno.BADF;
    }

    int status(int fd, int at) {
        if (!isOpen(fd)) {
            return Errno.BADF;
        }
        memory.writeByte(at, (byte) FILETYPE_UNKNOWN);
        memory.writeByte(at + 1, (byte) 0);
        memory.writeI32(at + 2, 0);
        memory.writeShort(at + 6, (short) 0);
        memory.writeLong(at + 8, fd == 0 ? RIGHT_FD_READ : RIGHT_FD_WRITE);
        memory.writeLong(at + 16, 0);
        return Errno.SUCCESS;
    }

    int fileStatus(int fd, int at) {
        if (!isOpen(fd)) {
            return Errno.BADF;
        }
        for (int i = 0; i < 64; i += 8) {
            memory.writeLong(at + i, 0);
        }
        memory.writeLong(at + 24, 1);
        return Errno.SUCCESS;
    }

    /// Waits until the first subscribed moment. Standard streams count as ready at once: reading
    /// them may then block.
    int poll(int subscriptionsAt, int eventsAt, int count, int eventCountAt) {
        if (count <= 0 || count > VECTORS_MAX) {
            return Errno.INVAL;
        }
        long waitNanos = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            waitNanos =
                    Math.min(waitNanos, Subscription.waitNanos(memory, subscriptionsAt + 48 * i));
        }
        waitFor(waitNanos);
        int events = 0;
        for (int i = 0; i < count; i++) {
            int subscription = subscriptionsAt + 48 * i;
            if (Subscription.waitNanos(memory, subscription) <= waitNanos) {
                Subscription.writeEvent(memory, subscription, eventsAt + 32 * events);
                events++;
            }
        }
        memory.writeI32(eventCountAt, events);
        return Errno.SUCCESS;
    }

    private void waitFor(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            word.checkStopped();
            LockSupport.parkNanos(this, left);
        }
        word.checkStopped();
    }

    GuestEnded exit(int code) {
        return new GuestEnded(code == 0 ? new Outcome.Completed() : new Outcome.Exited(code));
    }

    private boolean isOpen(int fd) {
        return fd >= 0 && fd < open.length && open[fd];
    }
}
