package dev.cress.wasm.wasi;

import org.jspecify.annotations.Nullable;

/// A folder. What can't be written is what isn't overridden. Names are one segment of a path, never
/// `.` or `..`.
abstract non-sealed class FolderInode extends Inode {
    FolderInode(long device, long number) {
        super(device, number);
    }

    /// A name in a folder.
    ///
    /// @param next where the listing goes on behind it
    record Entry(String name, Inode inode, long next) {}

    @Override
    final int type() {
        return FOLDER_TYPE;
    }

    @Override
    long size() {
        return 0;
    }

    /// The folder that it is in; the root is in itself.
    abstract FolderInode parent();

    abstract @Nullable Inode child(String name);

    /// The first entry at or behind this place of the listing: 0, or what an entry says.
    abstract @Nullable Entry entry(long from);

    FileInode createFile(String name) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    void createFolder(String name) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    void createLink(String name, String target) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    /// Gives a file or a link of the same device one more name.
    void link(String name, Inode inode) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    /// Takes a name away. What is there is no folder, or an empty one.
    void remove(String name) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    /// Moves what is here to a folder of the same device, in place of whatever has the new name.
    void move(String name, FolderInode to, String newName) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    final boolean isEmpty() {
        return entry(0) == null;
    }
}
