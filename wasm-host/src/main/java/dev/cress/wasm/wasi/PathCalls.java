package dev.cress.wasm.wasi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.wasi.Descriptor.OpenFile;
import dev.cress.wasm.wasi.Descriptor.OpenFolder;
import dev.cress.wasm.wasi.PathWalk.Place;

/// The calls on paths, `path_…`. Each path is below an open folder.
final class PathCalls {
    private static final int FOLLOW = 1;
    private static final int CREATE = 1;
    private static final int FOLDER = 1 << 1;
    private static final int EXCLUSIVE = 1 << 2;
    private static final int TRUNCATE = 1 << 3;

    private final GuestMemory memory;
    private final Descriptors descriptors;

    PathCalls(GuestMemory memory, Descriptors descriptors) {
        this.memory = memory;
        this.descriptors = descriptors;
    }

    private String path(int at, int length) throws FileFault {
        if (Integer.compareUnsigned(length, PathWalk.PATH_BYTES_MAX) > 0) {
            throw new FileFault(Errno.NAMETOOLONG);
        }
        return PathWalk.path(memory.readBytes(at, length));
    }

    private Place find(int fd, int at, int length, boolean follows) throws FileFault {
        return PathWalk.find(descriptors.folder(fd), path(at, length), follows);
    }

    /// Where something new shall be.
    private Place free(int fd, int at, int length) throws FileFault {
        Place place = find(fd, at, length, false);
        if (place.inode() != null) {
            throw new FileFault(Errno.EXIST);
        }
        return place;
    }

    /// The same for what isn't a folder.
    private Place freeForFile(int fd, int at, int length) throws FileFault {
        Place place = free(fd, at, length);
        if (place.asFolder()) {
            throw new FileFault(Errno.NOENT);
        }
        return place;
    }

    /// How a guest opens what is at a path.
    ///
    /// @param how create, folder, exclusive, truncate, as bits (`oflags`)
    /// @param flags of the descriptor (`fdflags`)
    record Opening(boolean follows, int how, long rights, int flags) {
        static Opening of(int lookup, int how, long rights, int flags) throws FileFault {
            if ((lookup & ~FOLLOW) != 0 || how >>> 4 != 0 || flags >>> 5 != 0) {
                throw new FileFault(Errno.INVAL);
            }
            return new Opening((lookup & FOLLOW) != 0, how, rights, flags);
        }

        boolean has(int bit) {
            return (how & bit) != 0;
        }

        boolean writes() {
            return (rights & Rights.FD_WRITE) != 0;
        }
    }

    void open(int fd, int at, int length, Opening opening, int openedAt) throws FileFault {
        Place place = find(fd, at, length, opening.follows());
        Inode inode = place.inode();
        if (inode != null && opening.has(CREATE) && opening.has(EXCLUSIVE)) {
            throw new FileFault(Errno.EXIST);
        }
        // proves that the answer has a place before anything is opened
        memory.writeI32(openedAt, 0);
        Descriptor opened =
                switch (inode) {
                    case null -> open(create(place, opening), opening);
                    case LinkInode _ -> throw new FileFault(Errno.LOOP);
                    case FolderInode folder -> open(folder, opening);
                    case FileInode file -> open(file, opening);
                };
        memory.writeI32(openedAt, descriptors.add(opened));
    }

    private static FileInode create(Place place, Opening opening) throws FileFault {
        if (!opening.has(CREATE)) {
            throw new FileFault(Errno.NOENT);
        }
        if (opening.has(FOLDER)) {
            throw new FileFault(Errno.INVAL);
        }
        if (place.asFolder()) {
            throw new FileFault(Errno.ISDIR);
        }
        return place.folder().createFile(place.name());
    }

    private static Descriptor open(FolderInode folder, Opening opening) throws FileFault {
        if (opening.writes() || opening.has(CREATE) || opening.has(TRUNCATE)) {
            throw new FileFault(Errno.ISDIR);
        }
        return new OpenFolder(folder, "");
    }

    private static Descriptor open(FileInode file, Opening opening) throws FileFault {
        if (opening.has(FOLDER)) {
            throw new FileFault(Errno.NOTDIR);
        }
        if (file.isReadOnly() && (opening.writes() || opening.has(TRUNCATE))) {
            throw new FileFault(Errno.ROFS);
        }
        if (opening.has(TRUNCATE)) {
            file.resize(0);
        }
        boolean reads = (opening.rights() & Rights.FD_READ) != 0;
        return new OpenFile(file, reads, opening.writes(), opening.flags());
    }

    void createFolder(int fd, int at, int length) throws FileFault {
        Place place = free(fd, at, length);
        place.folder().createFolder(place.name());
    }

    void removeFolder(int fd, int at, int length) throws FileFault {
        Place place = find(fd, at, length, false);
        if (!(place.require() instanceof FolderInode folder)) {
            throw new FileFault(Errno.NOTDIR);
        }
        if (place.name().isEmpty()) {
            throw new FileFault(Errno.INVAL);
        }
        if (!folder.isEmpty()) {
            throw new FileFault(folder.isReadOnly() ? Errno.ROFS : Errno.NOTEMPTY);
        }
        place.folder().remove(place.name());
    }

    void unlink(int fd, int at, int length) throws FileFault {
        Place place = find(fd, at, length, false);
        if (place.require() instanceof FolderInode) {
            throw new FileFault(Errno.ISDIR);
        }
        place.folder().remove(place.name());
    }

    void status(int fd, int lookup, int at, int length, int statusAt) throws FileFault {
        Inode inode = find(fd, at, length, (lookup & FOLLOW) != 0).require();
        FileStatus.write(memory, statusAt, inode);
    }

    void setTimes(int fd, int lookup, int at, int length, FileTimes times) throws FileFault {
        times.set(find(fd, at, length, (lookup & FOLLOW) != 0).require());
    }

    void link(int fd, int lookup, int at, int length, int newFd, int newAt, int newLength)
            throws FileFault {
        if ((lookup & FOLLOW) != 0) {
            throw new FileFault(Errno.INVAL);
        }
        Inode inode = find(fd, at, length, false).require();
        Place place = freeForFile(newFd, newAt, newLength);
        if (inode instanceof FolderInode) {
            throw new FileFault(Errno.PERM);
        }
        requireSameDevice(inode, place);
        place.folder().link(place.name(), inode);
    }

    private static void requireSameDevice(Inode inode, Place place) throws FileFault {
        if (inode.device() != place.folder().device()) {
            throw new FileFault(Errno.XDEV);
        }
    }

    void symlink(int targetAt, int targetLength, int fd, int at, int length) throws FileFault {
        String target = path(targetAt, targetLength);
        if (target.isEmpty()) {
            throw new FileFault(Errno.NOENT);
        }
        if (target.startsWith("/")) {
            throw new FileFault(Errno.NOTCAPABLE);
        }
        Place place = freeForFile(fd, at, length);
        place.folder().createLink(place.name(), target);
    }

    void readLink(int fd, int at, int length, int targetAt, int targetLength, int usedAt)
            throws FileFault {
        if (!(find(fd, at, length, false).require() instanceof LinkInode link)) {
            throw new FileFault(Errno.INVAL);
        }
        byte[] target = link.target().getBytes(UTF_8);
        int count = (int) Math.min(target.length, Integer.toUnsignedLong(targetLength));
        memory.write(targetAt, target, 0, count);
        memory.writeI32(usedAt, count);
    }

    void rename(int fd, int at, int length, int newFd, int newAt, int newLength) throws FileFault {
        Place from = find(fd, at, length, false);
        Place to = find(newFd, newAt, newLength, false);
        Inode moved = from.require();
        Inode replaced = to.inode();
        if (from.name().isEmpty() || to.name().isEmpty()) {
            throw new FileFault(Errno.BUSY);
        }
        requireSameDevice(moved, to);
        if (moved == replaced) {
            return;
        }
        if (moved instanceof FolderInode folder) {
            requireOutside(folder, to.folder());
        } else if (to.asFolder()) {
            throw new FileFault(Errno.NOTDIR);
        }
        if (replaced != null) {
            requireReplaceable(moved, replaced);
        }
        from.folder().move(from.name(), to.folder(), to.name());
    }

    private static void requireOutside(FolderInode moved, FolderInode to) throws FileFault {
        FolderInode above = to;
        while (above != moved && above != above.parent()) {
            above = above.parent();
        }
        if (above == moved) {
            throw new FileFault(Errno.INVAL);
        }
    }

    private static void requireReplaceable(Inode moved, Inode replaced) throws FileFault {
        boolean folder = moved instanceof FolderInode;
        if (replaced instanceof FolderInode gone) {
            if (!folder) {
                throw new FileFault(Errno.ISDIR);
            }
            if (!gone.isEmpty()) {
                throw new FileFault(Errno.NOTEMPTY);
            }
        } else if (folder) {
            throw new FileFault(Errno.NOTDIR);
        }
    }
}
