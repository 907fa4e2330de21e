package dev.cress.wasm.wasi;

import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;
import dev.cress.wasm.wasi.PathCalls.Opening;

import java.util.Set;

/// All 46 functions of WASI preview 1 (`sock_accept` came last).
public final class WasiFunctions {
    public static final String MODULE = "wasi_snapshot_preview1";

    /// Unless its convention says otherwise, a guest's process knows nothing of the request.
    public static final HostCalls<WasiProcess> CALLS =
            new HostCalls<>(Family.WASI, WasiProcess::apartFromRequest);

    /// Calls whose effect or answer isn't the same for every run.
    private static final Set<String> DIFFERING =
            Set.of("clock_time_get", "random_get", "poll_oneoff", "fd_close", "fd_renumber");

    /// The same where the process belongs to a request.
    private static final Set<String> OF_REQUEST =
            Set.of(
                    "args_get",
                    "args_sizes_get",
                    "environ_get",
                    "environ_sizes_get",
                    "fd_read",
                    "fd_write");

    static {
        process();
        streams();
        descriptors();
        paths();
    }

    private WasiFunctions() {}

    /// What a host call does with the run and its arguments; the result is an error number.
    private interface Call {
        int apply(WasiProcess process, long[] args);
    }

    private interface FileCall {
        void apply(WasiProcess process, long[] args) throws FileFault;
    }

    private static void process() {
        add("args_get", "ii", (p, a) -> p.strings(p.arguments(), (int) a[0], (int) a[1]));
        add("args_sizes_get", "ii", (p, a) -> p.sizes(p.arguments(), (int) a[0], (int) a[1]));
        add("environ_get", "ii", (p, a) -> p.strings(p.environment(), (int) a[0], (int) a[1]));
        add("environ_sizes_get", "ii", (p, a) -> p.sizes(p.environment(), (int) a[0], (int) a[1]));
        add("clock_res_get", "ii", (p, a) -> p.clockResolution((int) a[0], (int) a[1]));
        add("clock_time_get", "iIi", (p, a) -> p.clockTime((int) a[0], (int) a[2]));
        add("random_get", "ii", (p, a) -> p.random((int) a[0], (int) a[1]));
        add(
                "poll_oneoff",
                "iiii",
                (p, a) -> p.poll((int) a[0], (int) a[1], (int) a[2], (int) a[3]));
        add("sched_yield", "", (_, _) -> Errno.SUCCESS);
        add("proc_raise", "i", (_, _) -> Errno.NOTSUP);
        CALLS.add(
                MODULE,
                "proc_exit",
                "i",
                (process, args) -> {
                    throw process.exit((int) args[0]);
                });
    }

    private static void streams() {
        file("fd_read", "iiii", (p, a) -> p.files().read(i(a[0]), vectors(p, a), i(a[3])));
        file("fd_write", "iiii", (p, a) -> p.files().write(i(a[0]), vectors(p, a), i(a[3])));
        file(
                "fd_pread",
                "iiiIi",
                (p, a) -> p.files().readAt(i(a[0]), vectors(p, a), a[3], i(a[4])));
        file(
                "fd_pwrite",
                "iiiIi",
                (p, a) -> p.files().writeAt(i(a[0]), vectors(p, a), a[3], i(a[4])));
        file("fd_seek", "iIii", (p, a) -> p.files().seek(i(a[0]), a[1], i(a[2]), i(a[3])));
        file("fd_tell", "ii", (p, a) -> p.files().tell(i(a[0]), i(a[1])));
        file("fd_sync", "i", (p, a) -> p.files().sync(i(a[0])));
        file("fd_datasync", "i", (p, a) -> p.files().sync(i(a[0])));
        file("fd_advise", "iIIi", (p, a) -> p.files().advise(i(a[0]), a[1], a[2], i(a[3])));
        file("fd_allocate", "iII", (p, a) -> p.files().allocate(i(a[0])));
        file("sock_accept", "iii", (p, a) -> p.files().socket(i(a[0])));
        file("sock_recv", "iiiiii", (p, a) -> p.files().socket(i(a[0])));
        file("sock_send", "iiiii", (p, a) -> p.files().socket(i(a[0])));
        file("sock_shutdown", "ii", (p, a) -> p.files().socket(i(a[0])));
    }

    private static void descriptors() {
        file("fd_close", "i", (p, a) -> p.descriptors().close(i(a[0])));
        file("fd_renumber", "ii", (p, a) -> p.descriptors().renumber(i(a[0]), i(a[1])));
        file("fd_fdstat_get", "ii", (p, a) -> p.files().status(i(a[0]), i(a[1])));
        file("fd_fdstat_set_flags", "ii", (p, a) -> p.files().setFlags(i(a[0]), i(a[1])));
        file("fd_fdstat_set_rights", "iII", (p, a) -> p.files().setRights(i(a[0])));
        file("fd_filestat_get", "ii", (p, a) -> p.files().fileStatus(i(a[0]), i(a[1])));
        file("fd_filestat_set_size", "iI", (p, a) -> p.files().setSize(i(a[0]), a[1]));
        file(
                "fd_filestat_set_times",
                "iIIi",
                (p, a) -> p.files().setTimes(i(a[0]), new FileTimes(a[1], a[2], i(a[3]))));
        file("fd_prestat_get", "ii", (p, a) -> p.files().mount(i(a[0]), i(a[1])));
        file(
                "fd_prestat_dir_name",
                "iii",
                (p, a) -> p.files().mountName(i(a[0]), i(a[1]), i(a[2])));
        file(
                "fd_readdir",
                "iiiIi",
                (p, a) -> p.files().list(i(a[0]), i(a[1]), i(a[2]), a[3], i(a[4])));
    }

    private static void paths() {
        file(
                "path_open",
                "iiiiiIIii",
                (p, a) ->
                        p.paths()
                                .open(
                                        i(a[0]),
                                        i(a[2]),
                                        i(a[3]),
                                        Opening.of(i(a[1]), i(a[4]), a[5], i(a[7])),
                                        i(a[8])));
        file(
                "path_filestat_get",
                "iiiii",
                (p, a) -> p.paths().status(i(a[0]), i(a[1]), i(a[2]), i(a[3]), i(a[4])));
        file(
                "path_filestat_set_times",
                "iiiiIIi",
                (p, a) ->
                        p.paths()
                                .setTimes(
                                        i(a[0]),
                                        i(a[1]),
                                        i(a[2]),
                                        i(a[3]),
                                        new FileTimes(a[4], a[5], i(a[6]))));
        file(
                "path_create_directory",
                "iii",
                (p, a) -> p.paths().createFolder(i(a[0]), i(a[1]), i(a[2])));
        file(
                "path_remove_directory",
                "iii",
                (p, a) -> p.paths().removeFolder(i(a[0]), i(a[1]), i(a[2])));
        file("path_unlink_file", "iii", (p, a) -> p.paths().unlink(i(a[0]), i(a[1]), i(a[2])));
        links();
    }

    private static void links() {
        file(
                "path_link",
                "iiiiiii",
                (p, a) ->
                        p.paths()
                                .link(
                                        i(a[0]), i(a[1]), i(a[2]), i(a[3]), i(a[4]), i(a[5]),
                                        i(a[6])));
        file(
                "path_symlink",
                "iiiii",
                (p, a) -> p.paths().symlink(i(a[0]), i(a[1]), i(a[2]), i(a[3]), i(a[4])));
        file(
                "path_readlink",
                "iiiiii",
                (p, a) -> p.paths().readLink(i(a[0]), i(a[1]), i(a[2]), i(a[3]), i(a[4]), i(a[5])));
        file(
                "path_rename",
                "iiiiii",
                (p, a) -> p.paths().rename(i(a[0]), i(a[1]), i(a[2]), i(a[3]), i(a[4]), i(a[5])));
    }

    private static int i(long argument) {
        return (int) argument;
    }

    /// The vectors of a call that names them after its descriptor.
    private static Vectors vectors(WasiProcess process, long[] args) throws FileFault {
        return process.vectors(i(args[1]), i(args[2]));
    }

    /// A call on descriptors or paths, which succeeds unless it throws.
    private static void file(String name, String parameters, FileCall call) {
        add(
                name,
                parameters,
                (process, args) -> {
                    try {
                        call.apply(process, args);
                        return Errno.SUCCESS;
                    } catch (FileFault fault) {
                        return fault.errno();
                    }
                });
    }

    private static void add(String name, String parameters, Call call) {
        boolean always = DIFFERING.contains(name);
        boolean ofRequest = OF_REQUEST.contains(name);
        CALLS.add(
                MODULE,
                name,
                parameters,
                "i",
                (process, arguments) -> {
                    if (always || (ofRequest && process.belongsToRequest())) {
                        process.run().differs();
                    }
                    return call.apply(process, arguments);
                });
    }
}
