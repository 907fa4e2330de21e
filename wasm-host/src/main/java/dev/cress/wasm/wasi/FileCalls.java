package dev.cress.wasm.wasi;

import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.wasi.Descriptor.OpenFile;
import dev.cress.wasm.wasi.Descriptor.OpenFolder;
import dev.cress.wasm.wasi.Descriptor.Stream;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The calls on descriptors, `fd_…`. Reading and writing files is whole as far as there is
/// something; on streams it may be short, and the guest asks again.
final class FileCalls {
    /// Bytes that one step moves at most: between two the run may be stopped.
    static final int STEP_BYTES_MAX = 64 * 1024;

    private static final int FLAGS = 0b11111;
    private static final int ADVICE_MAX = 5;
    private static final int DOTS = 2;
    private static final int ENTRY_BYTES = 24;

    private final HostRun run;
    private final GuestMemory memory;
    private final Descriptors descriptors;
    private final GuestStreams streams;
    private byte[] buffer = new byte[0];

    FileCalls(HostRun run, Descriptors descriptors, GuestStreams streams) {
        this.run = run;
        this.memory = run.memory();
        this.descriptors = descriptors;
        this.streams = streams;
    }

    void read(int fd, Vectors vectors, int readAt) throws FileFault {
        switch (descriptors.get(fd)) {
            case OpenFile open -> {
                int count = read(open.toRead(), open.position, vectors);
                open.position += count;
                memory.writeI32(readAt, count);
            }
            case OpenFolder _ -> throw new FileFault(Errno.ISDIR);
            case Stream stream -> {
                if (stream != Stream.INPUT) {
                    throw new FileFault(Errno.BADF);
                }
                readInput(vectors, readAt);
            }
        }
    }

    private void readInput(Vectors vectors, int readAt) {
        memory.writeI32(readAt, 0);
        for (int i = 0; i < vectors.count(); i++) {
            if (vectors.length(i) != 0) {
                int room = (int) Math.min(vectors.length(i), STEP_BYTES_MAX);
                int count = streams.readInput(buffer(room), 0, room);
                if (count > 0) {
                    memory.write(vectors.address(i), buffer, 0, count);
                    memory.writeI32(readAt, count);
                }
                return;
            }
        }
    }

    private byte[] buffer(int bytes) {
        if (buffer.length < bytes) {
            buffer = new byte[bytes];
        }
        return buffer;
    }

    void readAt(int fd, Vectors vectors, long at, int readAt) throws FileFault {
        OpenFile open = descriptors.file(fd);
        requireOffset(at);
        memory.writeI32(readAt, read(open.toRead(), at, vectors));
    }

    private int read(FileInode file, long at, Vectors vectors) throws FileFault {
        long done = 0;
        for (int i = 0; i < vectors.count(); i++) {
            for (long filled = 0; filled < vectors.length(i); ) {
                long left = Math.min(vectors.length(i) - filled, Integer.MAX_VALUE - done);
                int room = (int) Math.min(left, STEP_BYTES_MAX);
                run.word().checkStopped();
                int count = room == 0 ? 0 : file.read(at + done, buffer(room), 0, room);
                if (count == 0) {
                    return (int) done;
                }
                memory.write(vectors.address(i) + (int) filled, buffer, 0, count);
                filled += count;
                done += count;
            }
        }
        return (int) done;
    }

    void write(int fd, Vectors vectors, int writtenAt) throws FileFault {
        switch (descriptors.get(fd)) {
            case OpenFile open -> {
                FileInode file = open.toWrite();
                long at = open.appends() ? file.size() : open.position;
                int count = write(file, at, vectors);
                open.position = at + count;
                memory.writeI32(writtenAt, count);
            }
            case OpenFolder _ -> throw new FileFault(Errno.ISDIR);
            case Stream stream -> writeOutput(stream, vectors, writtenAt);
        }
    }

    private void writeOutput(Stream stream, Vectors vectors, int writtenAt) throws FileFault {
        if (stream == Stream.INPUT) {
            throw new FileFault(Errno.BADF);
        }
        int size = vectors.size(STEP_BYTES_MAX);
        if (stream == Stream.ERROR && !streams.hearsErrors()) {
            memory.writeI32(writtenAt, size);
            return;
        }
        byte[] output = stream == Stream.OUTPUT ? buffer(size) : new byte[size];
        vectors.gather(output, size);
        memory.writeI32(writtenAt, size);
        if (size > 0) {
            if (stream == Stream.OUTPUT) {
                streams.writeOutput(output, size);
            } else {
                streams.writeError(output);
            }
        }
    }

    void writeAt(int fd, Vectors vectors, long at, int writtenAt) throws FileFault {
        OpenFile open = descriptors.file(fd);
        requireOffset(at);
        memory.writeI32(writtenAt, write(open.toWrite(), at, vectors));
    }

    /// What was written before a fault counts, and the guest hears of the fault next time.
    private int write(FileInode file, long at, Vectors vectors) throws FileFault {
        int done = 0;
        try {
            for (int i = 0; i < vectors.count(); i++) {
                for (long taken = 0; taken < vectors.length(i); ) {
                    int some = (int) Math.min(vectors.length(i) - taken, STEP_BYTES_MAX);
                    run.word().checkStopped();
                    memory.read(vectors.address(i) + (int) taken, buffer(some), 0, some);
                    file.write(at + done, buffer, 0, some);
                    taken += some;
                    done += some;
                }
            }
        } catch (FileFault fault) {
            if (done == 0) {
                throw fault;
            }
        }
        return done;
    }

    private static void requireOffset(long at) throws FileFault {
        if (at < 0) {
            throw new FileFault(Errno.INVAL);
        }
    }

    void seek(int fd, long offset, int whence, int resultAt) throws FileFault {
        OpenFile open = descriptors.file(fd);
        long from =
                switch (whence) {
                    case 0 -> 0;
                    case 1 -> open.position;
                    case 2 -> open.file().size();
                    default -> throw new FileFault(Errno.INVAL);
                };
        long wanted = from + offset;
        if (wanted < 0) {
            throw new FileFault(Errno.INVAL);
        }
        memory.writeLong(resultAt, wanted);
        open.position = wanted;
    }

    void tell(int fd, int resultAt) throws FileFault {
        memory.writeLong(resultAt, descriptors.file(fd).position);
    }

    void advise(int fd, long offset, long length, int advice) throws FileFault {
        descriptors.file(fd);
        if (offset < 0 || length < 0 || advice < 0 || advice > ADVICE_MAX) {
            throw new FileFault(Errno.INVAL);
        }
    }

    /// Space is taken as it is written to: none can be had before.
    void allocate(int fd) throws FileFault {
        descriptors.file(fd);
        throw new FileFault(Errno.NOTSUP);
    }

    void sync(int fd) throws FileFault {
        descriptors.get(fd);
    }

    void status(int fd, int at) throws FileFault {
        switch (descriptors.get(fd)) {
            case Stream stream -> FileStatus.writeDescriptor(memory, at, 0, 0, stream.rights(), 0);
            case OpenFile open ->
                    FileStatus.writeDescriptor(
                            memory, at, Inode.FILE_TYPE, open.flags, open.rights(), 0);
            case OpenFolder _ ->
                    FileStatus.writeDescriptor(
                            memory, at, Inode.FOLDER_TYPE, 0, Rights.FOLDER, Rights.IN_FOLDER);
        }
    }

    void setFlags(int fd, int flags) throws FileFault {
        Descriptor found = descriptors.get(fd);
        if ((flags & ~FLAGS) != 0) {
            throw new FileFault(Errno.INVAL);
        }
        if (found instanceof OpenFile open) {
            open.flags = flags;
        }
    }

    void setRights(int fd) throws FileFault {
        descriptors.get(fd);
        throw new FileFault(Errno.NOTSUP);
    }

    void fileStatus(int fd, int at) throws FileFault {
        switch (descriptors.get(fd)) {
            case Stream _ -> FileStatus.writeStream(memory, at);
            case OpenFile open -> FileStatus.write(memory, at, open.file());
            case OpenFolder open -> FileStatus.write(memory, at, open.folder());
        }
    }

    void setSize(int fd, long size) throws FileFault {
        OpenFile open = descriptors.file(fd);
        requireOffset(size);
        open.toWrite().resize(size);
    }

    void setTimes(int fd, FileTimes times) throws FileFault {
        switch (descriptors.get(fd)) {
            case Stream _ -> throw new FileFault(Errno.NOTSUP);
            case OpenFile open -> times.set(open.file());
            case OpenFolder open -> times.set(open.folder());
        }
    }

    /// The folder that the host opened, with the length of its name.
    void mount(int fd, int at) throws FileFault {
        memory.writeI32(at, 0);
        memory.writeI32(at + 4, mountedAs(fd).length);
    }

    void mountName(int fd, int at, int length) throws FileFault {
        byte[] name = mountedAs(fd);
        if (Integer.compareUnsigned(length, name.length) < 0) {
            throw new FileFault(Errno.NAMETOOLONG);
        }
        memory.write(at, name);
    }

    private byte[] mountedAs(int fd) throws FileFault {
        if (descriptors.get(fd) instanceof OpenFolder open && !open.mountedAs().isEmpty()) {
            return open.mountedAs().getBytes(StandardCharsets.UTF_8);
        }
        throw new FileFault(Errno.BADF);
    }

    /// Writes entries of a folder, the last one cut off if need be: a buffer that isn't filled
    /// means that there are no more.
    void list(int fd, int at, int length, long from, int usedAt) throws FileFault {
        FolderInode folder = descriptors.folder(fd);
        long room = Integer.toUnsignedLong(length);
        long used = 0;
        for (FolderInode.Entry entry = entry(folder, from);
                entry != null && used < room;
                entry = entry(folder, entry.next())) {
            run.word().checkStopped();
            byte[] bytes = bytes(entry);
            int count = (int) Math.min(bytes.length, room - used);
            memory.write(at + (int) used, bytes, 0, count);
            used += count;
        }
        memory.writeI32(usedAt, (int) used);
    }

    /// The listing begins with the two dots.
    private static FolderInode.@Nullable Entry entry(FolderInode folder, long from) {
        if (from == 0) {
            return new FolderInode.Entry(".", folder, 1);
        }
        if (from == 1) {
            return new FolderInode.Entry("..", folder.parent(), DOTS);
        }
        FolderInode.Entry entry = from < 0 ? null : folder.entry(from - DOTS);
        return entry == null
                ? null
                : new FolderInode.Entry(entry.name(), entry.inode(), entry.next() + DOTS);
    }

    private static byte[] bytes(FolderInode.Entry entry) {
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(ENTRY_BYTES + name.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(entry.next()).putLong(entry.inode().number());
        return bytes.putInt(name.length).putInt(entry.inode().type()).put(name).array();
    }

    void socket(int fd) throws FileFault {
        descriptors.get(fd);
        throw new FileFault(Errno.NOTSOCK);
    }
}
