package dev.cress.wasm.wasi;

import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;

import java.util.Set;

/// All 46 functions of WASI preview 1 (`sock_accept` came last).
public final class WasiFunctions {
    public static final String MODULE = "wasi_snapshot_preview1";

    /// Unless its convention says otherwise, a guest's process knows nothing of the request.
    public static final HostCalls<WasiProcess> CALLS =
            new HostCalls<>(Family.WASI, WasiProcess::apartFromRequest);

    /// Calls whose effect or answer isn't the same for every run.
    private static final Set<String> DIFFERING =
            Set.of("clock_time_get", "random_get", "poll_oneoff", "fd_close");

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
        add("fd_read", "iiii", (p, a) -> p.read((int) a[0], (int) a[1], (int) a[2], (int) a[3]));
        add("fd_write", "iiii", (p, a) -> p.write((int) a[0], (int) a[1], (int) a[2], (int) a[3]));
        add("fd_close", "i", (p, a) -> p.close((int) a[0]));
        add("fd_fdstat_get", "ii", (p, a) -> p.status((int) a[0], (int) a[1]));
        add("fd_filestat_get", "ii", (p, a) -> p.fileStatus((int) a[0], (int) a[1]));
        add("fd_fdstat_set_flags", "ii", (p, a) -> p.opened((int) a[0]));
        add("fd_sync", "i", (p, a) -> p.opened((int) a[0]));
        add("fd_datasync", "i", (p, a) -> p.opened((int) a[0]));
        add("fd_seek", "iIii", (p, a) -> p.streamOnly((int) a[0]));
        add("fd_tell", "ii", (p, a) -> p.streamOnly((int) a[0]));
        add("fd_pread", "iiiIi", (p, a) -> p.streamOnly((int) a[0]));
        add("fd_pwrite", "iiiIi", (p, a) -> p.streamOnly((int) a[0]));
    }

    private static void descriptors() {
        add("fd_advise", "iIIi", (p, a) -> p.streamOnly((int) a[0]));
        add("fd_allocate", "iII", (p, a) -> p.unsupported((int) a[0]));
        add("fd_fdstat_set_rights", "iII", (p, a) -> p.unsupported((int) a[0]));
        add("fd_filestat_set_size", "iI", (p, a) -> p.unsupported((int) a[0]));
        add("fd_filestat_set_times", "iIIi", (p, a) -> p.unsupported((int) a[0]));
        // a program looks for its folders from descriptor 3 on, until it hears that there are none
        add("fd_prestat_get", "ii", (_, _) -> Errno.BADF);
        add("fd_prestat_dir_name", "iii", (_, _) -> Errno.BADF);
        add("fd_readdir", "iiiIi", (_, _) -> Errno.BADF);
        add("fd_renumber", "ii", (p, a) -> p.unsupported((int) a[0]));
        add("sock_accept", "iii", (p, a) -> p.unsupported((int) a[0]));
        add("sock_recv", "iiiiii", (p, a) -> p.unsupported((int) a[0]));
        add("sock_send", "iiiii", (p, a) -> p.unsupported((int) a[0]));
        add("sock_shutdown", "ii", (p, a) -> p.unsupported((int) a[0]));
    }

    private static void paths() {
        Call noFiles = (_, _) -> Errno.NOTCAPABLE;
        add("path_create_directory", "iii", noFiles);
        add("path_filestat_get", "iiiii", noFiles);
        add("path_filestat_set_times", "iiiiIIi", noFiles);
        add("path_link", "iiiiiii", noFiles);
        add("path_open", "iiiiiIIii", noFiles);
        add("path_readlink", "iiiiii", noFiles);
        add("path_remove_directory", "iii", noFiles);
        add("path_rename", "iiiiii", noFiles);
        add("path_symlink", "iiiii", noFiles);
        add("path_unlink_file", "iii", noFiles);
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
