package dev.cress.wasm.wasi;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.wasi.Descriptor.OpenFolder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// One run of a guest as WASI sees it: its arguments, environment, open streams and clock. Lives as
/// long as the run, on the guest's thread.
public final class WasiProcess {
    /// Where a guest finds the files that its version brought.
    private static final String ASSETS = "/";

    /// Where it finds its scratch folder.
    private static final String SCRATCH = "/tmp";

    private final HostRun run;
    private final RunWord word;
    private final GuestMemory memory;
    private final Supplier<Words> told;
    private final boolean ofRequest;
    private final Descriptors descriptors;
    private final FileCalls files;
    private final PathCalls paths;
    private @Nullable Words words;

    /// What a program is told as it starts.
    ///
    /// @param arguments in UTF-8 without NUL, the program's name first
    /// @param environment `NAME=value` in UTF-8 without NUL
    public record Words(List<byte[]> arguments, List<byte[]> environment) {
        static final Words NONE = new Words(List.of(), List.of());

        public Words {
            arguments = List.copyOf(arguments);
            environment = List.copyOf(environment);
        }
    }

    WasiProcess(
            HostRun run,
            Supplier<Words> told,
            GuestStreams streams,
            Supplier<List<OpenFolder>> mounts,
            boolean ofRequest) {
        this.run = run;
        this.word = run.word();
        this.memory = run.memory();
        this.told = told;
        this.ofRequest = ofRequest;
        this.descriptors = new Descriptors(mounts);
        this.files = new FileCalls(run, descriptors, streams);
        this.paths = new PathCalls(memory, descriptors);
    }

    /// A process whose arguments, environment and streams are the request's.
    ///
    /// @param told made when the guest first asks, at its own cost
    public static WasiProcess ofRequest(HostRun run, Supplier<Words> told, GuestStreams streams) {
        return new WasiProcess(run, told, streams, () -> mounts(run), true);
    }

    /// The same while nobody has asked anything: no arguments, no environment, nothing to read.
    public static WasiProcess ofNobody(HostRun run) {
        return new WasiProcess(run, () -> Words.NONE, new NoStreams(), List::of, true);
    }

    /// A process that hears of requests in another way than WASI's: no arguments, no environment,
    /// nothing to read, and what it writes is logged.
    public static WasiProcess apartFromRequest(HostRun run) {
        return new WasiProcess(
                run, () -> Words.NONE, new LogStreams(run), () -> mounts(run), false);
    }

    /// The folders that the version's manifest opens for its guest.
    private static List<OpenFolder> mounts(HostRun run) {
        Capabilities granted = run.capabilities();
        var mounts = new ArrayList<OpenFolder>();
        AssetFolder.root(granted.assets())
                .ifPresent(root -> mounts.add(new OpenFolder(root, ASSETS)));
        if (granted.scratchBytes() > 0) {
            mounts.add(
                    new OpenFolder(Scratch.folder(run.memory(), granted.scratchBytes()), SCRATCH));
        }
        return mounts;
    }

    Descriptors descriptors() {
        return descriptors;
    }

    FileCalls files() {
        return files;
    }

    PathCalls paths() {
        return paths;
    }

    Vectors vectors(int at, int count) throws FileFault {
        return new Vectors(memory, at, count);
    }

    /// A process that is told of its request in other ways too: nothing to read, and what it writes
    /// is logged.
    ///
    /// @param told made when the guest first asks, at its own cost
    public static WasiProcess logging(HostRun run, Supplier<Words> told) {
        return new WasiProcess(run, told, new LogStreams(run), () -> mounts(run), true);
    }

    HostRun run() {
        return run;
    }

    boolean belongsToRequest() {
        return ofRequest;
    }

    int sizes(List<byte[]> strings, int countAt, int bytesAt) {
        int bytes = 0;
        for (byte[] string : strings) {
            bytes += string.length + 1;
        }
        memory.writeI32(countAt, strings.size());
        memory.writeI32(bytesAt, bytes);
        return Errno.SUCCESS;
    }

    int strings(List<byte[]> strings, int pointersAt, int bytesAt) {
        int pointer = pointersAt;
        int at = bytesAt;
        for (byte[] string : strings) {
            memory.writeI32(pointer, at);
            memory.write(at, string);
            memory.writeByte(at + string.length, (byte) 0);
            pointer += 4;
            at += string.length + 1;
        }
        return Errno.SUCCESS;
    }

    List<byte[]> arguments() {
        return words().arguments();
    }

    List<byte[]> environment() {
        return words().environment();
    }

    private Words words() {
        Words known = words;
        if (known == null) {
            known = told.get();
            words = known;
        }
        return known;
    }

    int clockResolution(int clock, int at) {
        if (!GuestClock.known(clock)) {
            return Errno.INVAL;
        }
        memory.writeLong(at, GuestClock.RESOLUTION_NANOS);
        return Errno.SUCCESS;
    }

    int clockTime(int clock, int at) {
        if (!GuestClock.known(clock)) {
            return Errno.INVAL;
        }
        memory.writeLong(at, GuestClock.nanos(clock));
        return Errno.SUCCESS;
    }

    int random(int at, int length) {
        if (length < 0) {
            return Errno.FAULT;
        }
        byte[] some = new byte[Math.min(FileCalls.STEP_BYTES_MAX, length)];
        for (int left = length; left > 0; left -= some.length) {
            word.checkStopped();
            run.random().nextBytes(some);
            memory.write(at + length - left, some, 0, Math.min(some.length, left));
        }
        return Errno.SUCCESS;
    }

    /// Waits until the first subscribed moment. Standard streams count as ready at once: reading
    /// them may then block.
    int poll(int subscriptionsAt, int eventsAt, int count, int eventCountAt) {
        if (count <= 0 || count > Vectors.COUNT_MAX) {
            return Errno.INVAL;
        }
        long waitNanos = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            waitNanos =
                    Math.min(waitNanos, Subscription.waitNanos(memory, subscriptionsAt + 48 * i));
        }
        run.sleep(waitNanos);
        int events = 0;
        for (int i = 0; i < count; i++) {
            int subscription = subscriptionsAt + 48 * i;
            if (Subscription.waitNanos(memory, subscription) <= waitNanos) {
                Subscription.writeEvent(memory, subscription, eventsAt + 32 * events);
                events++;
            }
        }
        memory.writeI32(eventCountAt, events);
        return Errno.SUCCESS;
    }

    GuestEnded exit(int code) {
        return new GuestEnded(code == 0 ? new Outcome.Completed() : new Outcome.Exited(code));
    }
}
