package dev.cress.wasm.build;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;

/// The program of the child JVM: builds one image, from standard input to standard output. It has
/// no keys, no configuration and opens nothing; whoever started it kills it when it takes too much.
public final class BuildWorker {
    /// Memory of the guest while its start section runs.
    private static final long GUEST_BYTES_MAX = 256 << 20;

    private BuildWorker() {}

    public static void main(String[] arguments) throws IOException {
        try (var in =
                        new DataInputStream(
                                new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
                var out =
                        new DataOutputStream(
                                new BufferedOutputStream(
                                        new FileOutputStream(FileDescriptor.out)));
                var watchdog = new Watchdog()) {
            build(in, out, watchdog);
        }
    }

    private static void build(DataInputStream in, DataOutputStream out, Watchdog watchdog)
            throws IOException {
        Wanted wanted = BuildFrames.readWanted(in);
        byte[] module = BuildFrames.readModule(in);
        try {
            var budget = new MemoryBudget(GUEST_BYTES_MAX);
            var image = ModuleBuild.build(module, wanted, budget, watchdog);
            BuildFrames.writeImage(out, ImageFile.write(image));
        } catch (RefusedModuleException refused) {
            BuildFrames.writeRefusal(out, refused);
        }
    }
}
