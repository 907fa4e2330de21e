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
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;

/// The program of the child JVM: builds one image, from standard input to standard output. It has
/// no keys and no configuration, and raises a [SystemWall] around itself before it reads the
/// module's first byte; whoever started it kills it when it takes too much. It ends when its input
/// ends before a module came, as when its host is gone.
public final class BuildWorker {
    /// What it is told to do first, if anything.
    static final String REHEARSE = "rehearse";

    /// Memory of the guest while its start section runs.
    private static final long GUEST_BYTES_MAX = 256 << 20;

    private BuildWorker() {}

    /// Takes the whole process's limit of CPU time in seconds, then, if it is started ahead,
    /// [#REHEARSE]; nothing at all is for a worker that only notes what others need.
    public static void main(String[] arguments) throws IOException {
        try (var in =
                        new DataInputStream(
                                new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
                var out =
                        new DataOutputStream(
                                new BufferedOutputStream(
                                        new FileOutputStream(FileDescriptor.out)));
                var watchdog = new Watchdog()) {
            String lacks = wall(arguments);
            if (arguments.length > 1 && arguments[1].equals(REHEARSE)) {
                BuildRehearsal.hold(watchdog);
            }
            BuildFrames.writeReady(out, lacks);
            build(in, out, watchdog);
        } catch (EOFException e) {
            // nobody wants an image any more
        }
    }

    /// What it lacks.
    private static String wall(String[] arguments) {
        try {
            if (arguments.length == 0) {
                SystemWall.rehearse();
            } else {
                SystemWall.raise(Duration.ofSeconds(Long.parseLong(arguments[0])));
            }
            return "";
        } catch (SystemWall.MissingException | RuntimeException | LinkageError e) {
            return String.valueOf(e.getMessage());
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
