package dev.cress.bench;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Version;
import dev.cress.contract.Warmup;
import dev.cress.node.state.NodeStore;
import dev.cress.node.state.NodeStore.StoredFunction;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.ImageStore;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What a node finds on its disk: functions, their modules, and their images, as if it had served
/// them before. Used by one thread.
final class NodeData implements AutoCloseable {
    static final String NODE = "bench-1";
    static final String REGION = "bench";
    private static final long IMAGE_BYTES_MAX = 2L << 30;
    private static final int CUSTOM_SECTION = 0;
    private static final Warmup NO_WARM_UP = new Warmup("", "", "", 0);

    private final Path folder = Files.createTempDirectory("cress-bench");
    private final Path node = folder.resolve("nodes").resolve(NODE);
    private final ImageStore images = new ImageStore(node.resolve("images"), IMAGE_BYTES_MAX);

    NodeData() throws IOException {
        try (NodeStore store = NodeStore.open(node)) {
            store.position(new Position("bench", 1, "hash"));
        }
    }

    /// The node's data folder, as `--data` names it.
    Path folder() {
        return folder;
    }

    /// A function of this guest.
    NodeData with(String name, String guest, Limits limits)
            throws IOException, RefusedModuleException {
        byte[] module = Guest.wasm(guest);
        try (NodeStore store = NodeStore.open(node)) {
            put(store, name, module, build(module), limits, Warmup.DEFAULT);
        }
        return this;
    }

    /// So many functions named `NAME0`, `NAME1` …, each with a module of its own, which differ only
    /// in a mark that nobody reads. A node that starts leaves them cold.
    NodeData withMany(int count, String name, String guest)
            throws IOException, RefusedModuleException {
        byte[] module = Guest.wasm(guest);
        ImageContent image = build(module);
        try (NodeStore store = NodeStore.open(node)) {
            for (int i = 0; i < count; i++) {
                put(store, name + i, marked(module, "m" + i), image, Limits.DEFAULT, NO_WARM_UP);
            }
        }
        return this;
    }

    private void put(
            NodeStore store,
            String name,
            byte[] module,
            ImageContent image,
            Limits limits,
            Warmup warmup)
            throws IOException {
        var manifest = new Manifest("auto", List.of(), limits, Map.of(), warmup);
        var version = new Version(1, Sha256.of(module), module.length, manifest, 0);
        var deployment = new Deployment(1, 1, List.of(new Share(1, Share.ALL)), "deploy", 0);
        var state = new FunctionState(new FunctionName(name), deployment, List.of(version));
        store.putModule(version.module(), module);
        store.put(new StoredFunction(state, state));
        images.keep(version.module() + "-auto", image);
    }

    private static ImageContent build(byte[] module) throws RefusedModuleException {
        try (var watchdog = new Watchdog()) {
            var budget = new MemoryBudget(Runtime.getRuntime().maxMemory() / 2);
            return ModuleBuild.build(module, Wanted.AUTO, budget, watchdog);
        }
    }

    /// The same program as other bytes: a custom section more (Wasm core §5.5.3).
    static byte[] marked(byte[] module, String mark) {
        byte[] name = mark.getBytes(StandardCharsets.US_ASCII);
        byte[] more = Arrays.copyOf(module, module.length + 3 + name.length);
        more[module.length] = CUSTOM_SECTION;
        more[module.length + 1] = (byte) (1 + name.length);
        more[module.length + 2] = (byte) name.length;
        System.arraycopy(name, 0, more, module.length + 3, name.length);
        return more;
    }

    @Override
    public void close() throws IOException {
        Folders.delete(folder);
    }
}
