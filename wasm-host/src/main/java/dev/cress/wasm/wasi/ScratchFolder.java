package dev.cress.wasm.wasi;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A folder in memory. Its listing is in the order in which names came, so that a place in it stays
/// what it is while names come and go.
final class ScratchFolder extends FolderInode {
    private final Scratch scratch;
    private final Map<String, Entry> byName = new HashMap<>();
    private final NavigableMap<Long, Entry> byPlace = new TreeMap<>();
    private @Nullable ScratchFolder parent;
    private long places;

    ScratchFolder(Scratch scratch, @Nullable ScratchFolder parent) {
        super(SCRATCH, scratch.nextInode());
        this.scratch = scratch;
        this.parent = parent;
    }

    @Override
    FolderInode parent() {
        return parent == null ? this : parent;
    }

    @Override
    @Nullable Inode child(String name) {
        Entry entry = byName.get(name);
        return entry == null ? null : entry.inode();
    }

    @Override
    @Nullable Entry entry(long from) {
        var found = byPlace.ceilingEntry(from);
        return found == null ? null : found.getValue();
    }

    @Override
    FileInode createFile(String name) throws FileFault {
        var file = new ScratchFile(scratch);
        enter(name, file);
        return file;
    }

    @Override
    void createFolder(String name) throws FileFault {
        enter(name, new ScratchFolder(scratch, this));
    }

    @Override
    void createLink(String name, String target) throws FileFault {
        enter(name, new LinkInode(scratch.nextInode(), target));
    }

    @Override
    void link(String name, Inode inode) throws FileFault {
        enter(name, inode);
        inode.links++;
    }

    private void enter(String name, Inode inode) throws FileFault {
        if (links == 0) {
            // it was removed itself: nothing in it could be found, or given back
            throw new FileFault(Errno.NOENT);
        }
        scratch.take(1);
        attach(name, inode);
    }

    private void attach(String name, Inode inode) {
        long place = places++;
        var entry = new Entry(name, inode, place + 1);
        byName.put(name, entry);
        byPlace.put(place, entry);
        changed();
    }

    private void detach(String name) {
        Entry entry = byName.remove(name);
        if (entry != null) {
            byPlace.remove(entry.next() - 1);
        }
        changed();
    }

    @Override
    void remove(String name) {
        Inode inode = child(name);
        if (inode == null) {
            return;
        }
        detach(name);
        scratch.giveBack(1);
        inode.links--;
        if (inode instanceof ScratchFile file) {
            file.unnamed();
        }
    }

    @Override
    void move(String name, FolderInode to, String newName) throws FileFault {
        Inode inode = child(name);
        if (inode == null || !(to instanceof ScratchFolder other) || other.links == 0) {
            throw new FileFault(Errno.NOENT);
        }
        other.remove(newName);
        detach(name);
        other.attach(newName, inode);
        if (inode instanceof ScratchFolder folder) {
            folder.parent = other;
        }
    }
}
