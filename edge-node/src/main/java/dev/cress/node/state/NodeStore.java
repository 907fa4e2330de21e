package dev.cress.node.state;

import static java.util.stream.Collectors.toSet;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.node.config.NodeException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What the node was told, in its data folder. Every file is replaced whole: written beside, forced
/// to disk, renamed. A crash in between leaves functions newer than the position, and the control
/// plane tells them again.
///
/// ```text
/// lock             held by the running node
/// position.json    how far everything here is recorded
/// functions/N.json what a function should be, and what it was when it last took effect
/// modules/SHA.wasm modules, checked against their name
/// arriving/        an image on its way from the control plane
/// assets/SHA.zip   files that versions bring ([AssetStore])
/// tenants.json     what the node may run of each tenant's
/// secrets.key      to whom secrets are sealed, and what is kept of them (0600, `NodeSecrets`)
/// secrets.sealed   secrets as they were told, sealed (0600)
/// router.key       by which routers are known (0600)
/// port             where the node last served
/// signing-keys.json whose word the node takes (`KnownKeys`)
/// identity/        who it is, if it joined with a certificate (`FleetIdentity`)
/// ```
///
/// Functions, the position and what is kept belong to the state thread, modules and images on their
/// way to one thread of staging's at a time, every other file to one writer; no two write the same
/// one.
public final class NodeStore implements AutoCloseable {
    /// Ends the names of files that aren't whole yet.
    private static final String BESIDE = ".new";

    private final Path data;
    private final Path functions;
    private final Path modules;
    private final FileChannel lockFile;

    /// A function on disk.
    ///
    /// @param target what the control plane wants
    /// @param serving what last took effect here, null before anything did
    public record StoredFunction(FunctionState target, @Nullable FunctionState serving) {
        public StoredFunction {
            Objects.requireNonNull(target, "target");
        }
    }

    private NodeStore(Path data, FileChannel lockFile) throws IOException {
        this.data = data;
        this.lockFile = lockFile;
        this.functions = Files.createDirectories(data.resolve("functions"));
        this.modules = Files.createDirectories(data.resolve("modules"));
    }

    /// Where archives of files are.
    Path assets() {
        return data.resolve("assets");
    }

    /// Where images arrive, one at a time.
    Path arrivingImages() {
        return data.resolve("arriving");
    }

    /// Opens the folder, making it if need be; refuses one that another process uses.
    public static NodeStore open(Path data) {
        try {
            Files.createDirectories(data);
            FileChannel channel =
                    FileChannel.open(
                            data.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw new NodeException(
                        "data folder %s is in use by another process".formatted(data));
            }
            return new NodeStore(data, channel);
        } catch (IOException e) {
            throw new NodeException("data folder %s can't be written: %s".formatted(data, e), e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /// The position as it stands on disk: a node of the build before leaves `tenants` out.
    private record Recorded(String epoch, long revision, String hash, boolean tenants) {
        Recorded {
            Objects.requireNonNull(epoch, "epoch");
            Objects.requireNonNull(hash, "hash");
        }
    }

    /// How far this folder is recorded.
    public Position position() throws IOException {
        return recorded()
                .map(at -> new Position(at.epoch, at.revision, at.hash))
                .orElse(Position.NOWHERE);
    }

    private Optional<Recorded> recorded() throws IOException {
        return read(data.resolve("position.json"), Recorded.class);
    }

    /// Whether what is recorded has all tenants' functions up to its position: a node of the build
    /// before was told of one tenant's only.
    boolean hasAllTenants() throws IOException {
        return recorded().map(Recorded::tenants).orElse(true);
    }

    /// Records how far the functions here are recorded, after they are on disk themselves.
    public void position(Position position) throws IOException {
        force(functions);
        var recorded = new Recorded(position.epoch(), position.revision(), position.hash(), true);
        write(data.resolve("position.json"), Json.write(recorded));
        force(data);
    }

    /// Has the names in a folder as durable as what they name.
    static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// All functions by name.
    public Map<FunctionName, StoredFunction> functions() throws IOException {
        Map<FunctionName, StoredFunction> all = new HashMap<>();
        try (var files = Files.newDirectoryStream(functions, "*.json")) {
            for (Path file : files) {
                Optional<StoredFunction> stored = read(file, StoredFunction.class);
                stored.ifPresent(f -> all.put(f.target().name(), f));
            }
        }
        return all;
    }

    public void put(StoredFunction function) throws IOException {
        write(functions.resolve(function.target().name() + ".json"), Json.write(function));
    }

    public void remove(FunctionName name) throws IOException {
        Files.deleteIfExists(functions.resolve(name + ".json"));
    }

    /// Deletes the functions that are not named, also what can't be read of them.
    public void keepFunctions(Set<FunctionName> named) throws IOException {
        keep(functions, named.stream().map(name -> name + ".json").collect(toSet()));
    }

    /// A module's bytes, if they are here and what their name says.
    public Optional<byte[]> module(Sha256 sha256) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(modulePath(sha256));
            if (Sha256.of(bytes).equals(sha256)) {
                return Optional.of(bytes);
            }
            Files.delete(modulePath(sha256));
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Whether a module is here, unread.
    boolean hasModule(Sha256 sha256) {
        return Files.exists(modulePath(sha256));
    }

    public void putModule(Sha256 sha256, byte[] bytes) throws IOException {
        write(modulePath(sha256), bytes);
        force(modules);
    }

    /// Where a module is on its way: part of it may be there from before.
    Path arriving(Sha256 sha256) {
        return beside(modulePath(sha256));
    }

    /// The module is here, from where it was on its way.
    void arrived(Sha256 sha256) throws IOException {
        try (FileChannel channel = FileChannel.open(arriving(sha256), StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                arriving(sha256),
                modulePath(sha256),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        force(modules);
    }

    private static Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + BESIDE);
    }

    /// Deletes the modules that nothing here names any more.
    public void keepModules(Set<Sha256> named) throws IOException {
        keep(modules, named.stream().map(sha -> sha + ".wasm").collect(toSet()));
    }

    /// Files on their way to these names stay as well.
    static void keep(Path folder, Set<String> names) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String meant =
                        name.endsWith(BESIDE)
                                ? name.substring(0, name.length() - BESIDE.length())
                                : name;
                if (!names.contains(meant)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /// What the node may run of each tenant's, as it was told.
    public Optional<ControlFrame.Limits> limits() throws IOException {
        return read(data.resolve("tenants.json"), ControlFrame.Limits.class);
    }

    public void limits(ControlFrame.Limits limits) throws IOException {
        write(data.resolve("tenants.json"), Json.write(limits));
    }

    /// The fleet's router key, empty before the first session.
    public String routerKey() throws IOException {
        Path file = data.resolve("router.key");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    public void routerKey(String key) throws IOException {
        write(data.resolve("router.key"), key.getBytes(StandardCharsets.UTF_8), ownerOnly());
    }

    /// Where the node last served, 0 if that isn't known.
    public int port() throws IOException {
        Path file = data.resolve("port");
        String text = Files.exists(file) ? Files.readString(file).strip() : "";
        return text.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(text) : 0;
    }

    public void port(int port) throws IOException {
        write(data.resolve("port"), Integer.toString(port));
    }

    private FileAttribute<?>[] ownerOnly() {
        boolean posix = data.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private Path modulePath(Sha256 sha256) {
        return modules.resolve(sha256.hex() + ".wasm");
    }

    private static <T> Optional<T> read(Path file, Class<T> type) throws IOException {
        try {
            T value = Json.LENIENT.readValue(Files.readString(file), type);
            if (value == null) {
                throw new IOException("%s says null".formatted(file));
            }
            return Optional.of(value);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path file, byte[] bytes, FileAttribute<?>... attributes)
            throws IOException {
        Path beside = beside(file);
        var replaced =
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(beside, replaced, attributes)) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(
                beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new NodeException("data folder %s can't be closed: %s".formatted(data, e), e);
        }
    }
}
