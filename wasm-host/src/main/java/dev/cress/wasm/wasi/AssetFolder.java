package dev.cress.wasm.wasi;

import dev.cress.wasm.guest.Assets;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Optional;

/// A folder of what the version brought.
final class AssetFolder extends FolderInode {
    private final Assets assets;
    private final @Nullable AssetFolder parent;
    private final String path;
    private final Assets.Folder folder;

    private AssetFolder(
            Assets assets, @Nullable AssetFolder parent, String path, Assets.Folder folder) {
        super(ASSETS, folder.id());
        this.assets = assets;
        this.parent = parent;
        this.path = path;
        this.folder = folder;
    }

    /// The root of these assets, if there are any.
    static Optional<FolderInode> root(Assets assets) {
        return assets.find("")
                .map(
                        root ->
                                switch (root) {
                                    case Assets.Folder folder ->
                                            new AssetFolder(assets, null, "", folder);
                                    case Assets.File file ->
                                            throw new IllegalStateException("root: " + file);
                                });
    }

    @Override
    FolderInode parent() {
        return parent == null ? this : parent;
    }

    @Override
    @Nullable Inode child(String name) {
        String at = path.isEmpty() ? name : path + '/' + name;
        Assets.Node found = assets.find(at).orElse(null);
        return switch (found) {
            case null -> null;
            case Assets.Folder inner -> new AssetFolder(assets, this, at, inner);
            case Assets.File file -> new AssetFile(file);
        };
    }

    @Override
    @Nullable Entry entry(long from) {
        for (int i = (int) Math.min(from, folder.names().size()); i < folder.names().size(); i++) {
            String name = folder.names().get(i);
            Inode inode = child(name);
            if (inode != null) {
                return new Entry(name, inode, i + 1);
            }
        }
        return null;
    }

    /// One of its files.
    private static final class AssetFile extends FileInode {
        private final Assets.File file;

        AssetFile(Assets.File file) {
            super(ASSETS, file.id());
            this.file = file;
        }

        @Override
        long size() {
            return file.size();
        }

        @Override
        int read(long at, byte[] into, int offset, int length) throws FileFault {
            try {
                return Math.max(0, file.read(at, into, offset, length));
            } catch (IOException e) {
                throw new FileFault(Errno.IO);
            }
        }
    }
}
