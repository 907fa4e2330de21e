package dev.cress.wasm;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.cress.wasm.build.AbiCheck;
import dev.cress.wasm.build.ChildBuilder;
import dev.cress.wasm.build.ImageBuilder;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.image.ImageStore;
import dev.cress.wasm.image.KeptImage;
import dev.cress.wasm.image.Sha256;
import dev.cress.wasm.isolate.IsolatePools;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.scan.ModuleScan;
import dev.cress.wasm.stop.Watchdog;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// Prepares modules and runs them. One per process is enough, and shares its watchdog and its
/// budget of guest memory between all runs. Thread-safe.
public final class WasmHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WasmHost.class);

    /// One in so many resets is compared with a fresh isolate, which takes milliseconds; tests set
    /// 1.
    private static final int INSPECT_EVERY =
            Integer.getInteger("cress.isolate.inspect.every", 10_000);

    /// How long nobody asks for a version before its image is forgotten.
    private static final Duration COLD_AFTER = Duration.ofMinutes(10);

    /// Of all images that are kept on disk.
    private static final long IMAGE_BYTES_MAX = 2L << 30;

    private final MemoryBudget memoryBudget;
    private final IsolatePools pools;
    private final ImageBuilder builder;
    private final Optional<ImageStore> store;
    private final Watchdog watchdog = new Watchdog();
    private final SecureRandom random;
    private final Cache<ImageKey, Image> images = Caffeine.newBuilder().weakValues().build();
    private final AtomicLong imagesBuilt = new AtomicLong();
    private final AtomicLong imagesTaken = new AtomicLong();

    private WasmHost(
            long guestMemoryBytesMax,
            Function<WasmHost, ImageBuilder> builder,
            Optional<ImageStore> store,
            Duration coldAfter) {
        this.memoryBudget = new MemoryBudget(guestMemoryBytesMax);
        this.pools = new IsolatePools(memoryBudget, INSPECT_EVERY, coldAfter);
        this.builder = builder.apply(this);
        this.store = store;
        try {
            // a generator in the process: the platform's own reads a file, which a guest's thread
            // must not
            this.random = SecureRandom.getInstance("DRBG");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform since 9 has DRBG", e);
        }
        Rehearsal.hold(random);
    }

    /// A host that builds images in this JVM: for modules that are trusted not to exhaust it.
    ///
    /// @param guestMemoryBytesMax of all isolates together
    public WasmHost(long guestMemoryBytesMax) {
        this(guestMemoryBytesMax, COLD_AFTER);
    }

    WasmHost(long guestMemoryBytesMax, Duration coldAfter) {
        this(
                guestMemoryBytesMax,
                host ->
                        (module, wanted) ->
                                ModuleBuild.build(module, wanted, host.memoryBudget, host.watchdog),
                Optional.empty(),
                coldAfter);
    }

    /// One whose images another makes.
    static WasmHost builtBy(ImageBuilder builder) {
        return new WasmHost(halfTheHeap(), _ -> builder, Optional.empty(), COLD_AFTER);
    }

    /// The same, with half of the heap left to everything but guests.
    public static WasmHost withHalfTheHeap() {
        return new WasmHost(halfTheHeap());
    }

    /// A host for modules that anybody may have sent: child JVMs build their images, which are kept
    /// on disk. Half of the heap is left to everything but guests.
    ///
    /// @param images the folder to keep them in
    public static WasmHost forAnybodysModules(Path images) {
        return new WasmHost(
                halfTheHeap(),
                _ -> new ChildBuilder(ChildBuilder.Limits.DEFAULT),
                Optional.of(new ImageStore(images, IMAGE_BYTES_MAX)),
                COLD_AFTER);
    }

    /// Has the next build of an image begin sooner, for some 100 MB of memory while builds come:
    /// for a machine on which somebody works. Returns at once.
    public void expectBuilds() {
        builder.expectBuilds();
    }

    /// Notes what build workers load, in a file that later ones find by the system property
    /// `cress.build.cache`. Blocks, for seconds.
    ///
    /// @param module one that is trusted
    public static void trainBuilds(byte[] module, Path cache) throws RefusedModuleException {
        ChildBuilder.train(module, cache);
    }

    private static long halfTheHeap() {
        return Runtime.getRuntime().maxMemory() / 2;
    }

    /// Looks at a module without running or compiling it: what it is, and whether it would be
    /// taken.
    public static Inspection inspect(byte[] module) throws RefusedModuleException {
        return Inspection.of(module);
    }

    /// Makes a module ready to run as its author wants it without saying more.
    ///
    /// @param abi `auto`, or the entry convention's name
    public Image prepare(byte[] module, String abi) throws RefusedModuleException {
        return prepare(module, new Wanted(abi, false));
    }

    /// Makes a module ready to run. Takes a good part of a second per MB, unless an image of the
    /// same bytes is still in use, then it is that one, or on disk. Blocks.
    public Image prepare(byte[] module, Wanted wanted) throws RefusedModuleException {
        var key = new ImageKey(Sha256.hex(module), wanted);
        Optional<Image> known = kept(key);
        if (known.isPresent()) {
            return known.get();
        }
        return build(key, module);
    }

    private Image build(ImageKey key, byte[] module) throws RefusedModuleException {
        // said at once and here, not after a child has started
        AbiCheck.abi(ModuleScan.scan(module), key.wanted().abi());
        ImageContent built = builder.build(module, key.wanted());
        imagesBuilt.incrementAndGet();
        try {
            return keep(key, built);
        } catch (WasmHostException e) {
            throw new RefusedModuleException("invalid-module", String.valueOf(e.getMessage()));
        }
    }

    /// Keeps what can be loaded.
    private Image keep(ImageKey key, ImageContent content) {
        Image image = Image.load(content);
        store.ifPresent(s -> s.keep(key.fileName(), content));
        return images.get(key, _ -> image);
    }

    /// The same of a module that was prepared before, if its image is still in use or on disk:
    /// without the module's bytes, in some 10 ms and 100 ms more per MB. Blocks.
    ///
    /// @param sha256 of the module, in hexadecimal
    public Optional<Image> kept(String sha256, Wanted wanted) {
        return kept(new ImageKey(sha256, wanted));
    }

    private Optional<Image> kept(ImageKey key) {
        Image known = images.getIfPresent(key);
        if (known != null) {
            return Optional.of(known);
        }
        return store.flatMap(s -> s.find(key.fileName())).flatMap(content -> loaded(key, content));
    }

    private Optional<Image> loaded(ImageKey key, ImageContent content) {
        try {
            Image image = Image.load(content);
            return Optional.of(images.get(key, _ -> image));
        } catch (WasmHostException e) {
            LOG.error("image {} is built anew: {}", key.fileName(), e.getMessage());
            store.ifPresent(s -> s.drop(key.fileName()));
            return Optional.empty();
        }
    }

    /// Which images fit this host, and those of all others that say the same.
    public static String imageBuild() {
        return ImageFile.BUILD;
    }

    /// The file of what [#kept] would load, for another host to [#take]. Reads it whole when it
    /// hasn't yet. Blocks.
    ///
    /// @param sha256 of the module, in hexadecimal
    public Optional<KeptImage> keptFile(String sha256, Wanted wanted) {
        return store.flatMap(s -> s.kept(new ImageKey(sha256, wanted).fileName()));
    }

    /// The same, built if it isn't there: a file that was deleted may still be in use here. Empty
    /// if it can't be kept.
    public Optional<KeptImage> keptFile(byte[] module, Wanted wanted)
            throws RefusedModuleException {
        String sha256 = Sha256.hex(module);
        Optional<KeptImage> kept = keptFile(sha256, wanted);
        if (kept.isPresent()) {
            return kept;
        }
        var _ = build(new ImageKey(sha256, wanted), module);
        return keptFile(sha256, wanted);
    }

    /// Takes an image that another host of this [#imageBuild()] prepared, and keeps it as one of
    /// its own. Whose word it is that it is this module's is the caller's to know; what is in it is
    /// checked here, as with every image that is loaded. Blocks.
    ///
    /// @param sha256 of the module, in hexadecimal
    /// @param file which has nothing but the image
    /// @throws IOException if it can't be read or loaded; the message says why
    public Image take(String sha256, Wanted wanted, Path file) throws IOException {
        ImageContent content = ImageFile.read(Files.readAllBytes(file));
        String abi = content.abi().text();
        if (!Set.of(Wanted.AUTO.abi(), abi).contains(wanted.abi())) {
            throw new IOException("image is of abi %s, not %s".formatted(abi, wanted.abi()));
        }
        try {
            Image image = keep(new ImageKey(sha256, wanted), content);
            imagesTaken.incrementAndGet();
            return image;
        } catch (WasmHostException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// How many images were built for this host.
    public long imagesBuilt() {
        return imagesBuilt.get();
    }

    /// How many it took from another.
    public long imagesTaken() {
        return imagesTaken.get();
    }

    private record ImageKey(String sha256, Wanted wanted) {
        String fileName() {
            return sha256 + "-" + wanted.text();
        }
    }

    /// Whether an image of this module is on disk.
    ///
    /// @param sha256 of the module, in hexadecimal
    public boolean isKept(String sha256, Wanted wanted) {
        String file = new ImageKey(sha256, wanted).fileName();
        return store.map(s -> s.has(file)).orElse(false);
    }

    /// Isolates of this image for one version of one tenant. They keep it as long as they are open.
    public Isolates isolates(Image image) {
        return new Isolates(this, () -> image).with(image);
    }

    /// The same, which go cold while nobody asks for them.
    ///
    /// @param again where the image comes from then
    public Isolates isolates(Image image, Isolates.Source again) {
        return new Isolates(this, again).with(image);
    }

    /// Cold isolates: nothing is loaded before their first run.
    public Isolates isolates(Isolates.Source source) {
        return new Isolates(this, source);
    }

    /// Bytes of guest memory in use and in wait.
    public long guestMemoryBytes() {
        return memoryBudget.bytesTaken();
    }

    /// How often an isolate differed from a fresh one after its reset: a fault of ours. Its pool
    /// makes fresh isolates from then on.
    public long isolateMismatches() {
        return pools.mismatches();
    }

    /// Gives back all memory that waits for requests.
    public void releaseIdle() {
        pools.releaseIdle();
    }

    IsolatePools pools() {
        return pools;
    }

    MemoryBudget memoryBudget() {
        return memoryBudget;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    SecureRandom random() {
        return random;
    }

    @Override
    public void close() {
        builder.close();
        pools.close();
        watchdog.close();
    }
}
