package dev.cress.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A disk that loses what wasn't synced when its power is cut: `power-cut.c`, preloaded, keeps
/// beside a data folder what a disk would have of it.
final class UnsyncedLoss implements Disk {
    private static final String SOURCE = "power-cut.c";
    private static final int COMPILE_SECONDS_MAX = 60;

    private final Path library;
    private final boolean lying;

    private UnsyncedLoss(Path library, boolean lying) {
        this.library = library;
        this.lying = lying;
    }

    /// Compiled with the system's C compiler, on Linux.
    ///
    /// @param folder where the library goes
    static UnsyncedLoss compile(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve(SOURCE);
        try (InputStream in = UnsyncedLoss.class.getResourceAsStream(SOURCE)) {
            Files.write(source, Objects.requireNonNull(in).readAllBytes());
        }
        Path library = folder.resolve("power-cut.so");
        Process compiler =
                new ProcessBuilder(
                                List.of(
                                        "cc",
                                        "-shared",
                                        "-fPIC",
                                        "-O1",
                                        "-o",
                                        library.toString(),
                                        source.toString(),
                                        "-ldl",
                                        "-lpthread"))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("cc.log").toFile())
                        .start();
        if (!compiler.waitFor(COMPILE_SECONDS_MAX, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
            compiler.destroyForcibly();
            throw new IOException(
                    "power cuts need Linux and a C compiler, cc: "
                            + Files.readString(folder.resolve("cc.log")));
        }
        return new UnsyncedLoss(library, false);
    }

    /// The same disk, but from the second start on it says that it synced and doesn't: as a
    /// database does with `synchronous = OFF`.
    UnsyncedLoss lying() {
        return new UnsyncedLoss(library, true);
    }

    private static Path kept(Path data) {
        return data.resolveSibling(data.getFileName() + ".kept");
    }

    @Override
    public Map<String, String> attach(Path data) throws IOException {
        Path kept = kept(data);
        if (Files.exists(kept)) {
            Folders.delete(kept);
        }
        boolean again = Files.exists(data);
        Path content = Files.createDirectories(kept.resolve("content"));
        Path names = Files.createDirectories(kept.resolve("names"));
        Files.createDirectories(data);
        copy(
                data,
                names,
                (file, name) -> {
                    Path bytes = content.resolve(Files.getAttribute(file, "unix:ino").toString());
                    Files.copy(file, bytes);
                    Files.createLink(name, bytes);
                });
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "POWER_CUT_ROOT", data.toRealPath().toString(),
                "POWER_CUT_KEPT", kept.toRealPath().toString(),
                "POWER_CUT_DISK", lying && again ? "lying" : "honest");
    }

    @Override
    public void cut(Path data) throws IOException {
        Folders.delete(data);
        // what two names share while it is kept were two files, or one that was renamed
        copy(kept(data).resolve("names"), data, Files::copy);
        Folders.delete(kept(data));
    }

    private interface FileCopy {
        void copy(Path from, Path to) throws IOException;
    }

    private static void copy(Path from, Path to, FileCopy file) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path there = to.resolve(from.relativize(each));
                if (Files.isDirectory(each)) {
                    Files.createDirectories(there);
                } else {
                    file.copy(each, there);
                }
            }
        }
    }
}
