package dev.cress.wasm.wasi;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.Deque;

/// From a folder along a path, name by name, and never out of that folder: neither by `..`, nor by
/// a leading slash, nor through a link.
final class PathWalk {
    /// Bytes of a path, and of what a link says.
    static final int PATH_BYTES_MAX = 4096;

    /// Bytes of one name.
    private static final int NAME_BYTES_MAX = 255;

    /// Links that one path follows.
    private static final int LINKS_MAX = 40;

    private final FolderInode top;
    private final boolean followsLast;
    private final Deque<String> names = new ArrayDeque<>();
    private FolderInode folder;
    private boolean asFolder;
    private int linksFollowed;

    /// Where a path leads.
    ///
    /// @param name in `folder`; empty if the path ends in a dot, so that there is nothing to be
    ///     created, removed or moved
    /// @param inode what is there, or null
    /// @param asFolder the path ends in a slash
    record Place(FolderInode folder, String name, @Nullable Inode inode, boolean asFolder) {
        Inode require() throws FileFault {
            if (inode == null) {
                throw new FileFault(Errno.NOENT);
            }
            return inode;
        }
    }

    private PathWalk(FolderInode top, boolean followsLast) {
        this.top = top;
        this.folder = top;
        this.followsLast = followsLast;
    }

    /// @param followsLast whether the path means what its last link leads to, not the link
    static Place find(FolderInode top, String path, boolean followsLast) throws FileFault {
        var walk = new PathWalk(top, followsLast);
        walk.asFolder = path.endsWith("/");
        walk.goBy(path);
        return walk.find();
    }

    /// A path as a guest passes it.
    static String path(byte[] bytes) throws FileFault {
        try {
            String path = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (path.indexOf('\0') >= 0) {
                throw new FileFault(Errno.INVAL);
            }
            return path;
        } catch (CharacterCodingException e) {
            throw new FileFault(Errno.ILSEQ);
        }
    }

    static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }

    /// This path's names are the next.
    private void goBy(String path) throws FileFault {
        if (path.isEmpty()) {
            throw new FileFault(Errno.NOENT);
        }
        if (path.startsWith("/")) {
            throw new FileFault(Errno.NOTCAPABLE);
        }
        int end = path.length();
        while (end > 0) {
            int slash = path.lastIndexOf('/', end - 1);
            if (slash + 1 < end) {
                names.push(path.substring(slash + 1, end));
            }
            end = slash;
        }
    }

    private Place find() throws FileFault {
        while (!names.isEmpty()) {
            String name = names.pop();
            if (name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                leave();
                continue;
            }
            if (bytes(name) > NAME_BYTES_MAX) {
                throw new FileFault(Errno.NAMETOOLONG);
            }
            Inode child = folder.child(name);
            boolean last = names.isEmpty();
            if (child instanceof LinkInode link && (!last || followsLast || asFolder)) {
                follow(link);
            } else if (last) {
                if (asFolder && child != null && !(child instanceof FolderInode)) {
                    throw new FileFault(Errno.NOTDIR);
                }
                return new Place(folder, name, child, asFolder);
            } else {
                enter(child);
            }
        }
        return new Place(folder, "", folder, true);
    }

    private void leave() throws FileFault {
        if (folder == top) {
            throw new FileFault(Errno.NOTCAPABLE);
        }
        folder = folder.parent();
    }

    private void follow(LinkInode link) throws FileFault {
        if (++linksFollowed > LINKS_MAX) {
            throw new FileFault(Errno.LOOP);
        }
        asFolder |= names.isEmpty() && link.target().endsWith("/");
        goBy(link.target());
    }

    private void enter(@Nullable Inode child) throws FileFault {
        switch (child) {
            case null -> throw new FileFault(Errno.NOENT);
            case FolderInode inner -> folder = inner;
            case FileInode _, LinkInode _ -> throw new FileFault(Errno.NOTDIR);
        }
    }
}
