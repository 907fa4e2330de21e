package dev.cress.wasm.wasi;

/// A symbolic link. Only scratch folders have them.
final class LinkInode extends Inode {
    private final String target;

    /// @param target relative; where it leads is found out as it is followed
    LinkInode(long number, String target) {
        super(SCRATCH, number);
        this.target = target;
    }

    String target() {
        return target;
    }

    @Override
    int type() {
        return LINK_TYPE;
    }

    @Override
    long size() {
        return PathWalk.bytes(target);
    }
}
