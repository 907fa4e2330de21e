package dev.cress.wasm.wasi;

import dev.cress.wasm.memory.GuestMemory;

import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// All 46 functions of WASI preview 1 (`sock_accept` came last) as the engine links them. One set
/// serves every instance: a call finds its own run through the memory of its caller. Thread-safe.
public final class WasiFunctions {
    public static final String MODULE = "wasi_snapshot_preview1";

    /// Calls whose effect or answer isn't the same for every run.
    private static final Set<String> DIFFERING =
            Set.of(
                    "args_get",
                    "args_sizes_get",
                    "environ_get",
                    "environ_sizes_get",
                    "clock_time_get",
                    "random_get",
                    "poll_oneoff",
                    "fd_read",
                    "fd_write",
                    "fd_close");

    private static final Call EXIT =
            (process, args) -> {
                throw process.exit((int) args[0]);
            };

    private static final ImportValues IMPORTS =
            ImportValues.builder().addFunction(all().toArray(ImportFunction[]::new)).build();

    private final List<ImportFunction> functions = new ArrayList<>();

    private WasiFunctions() {
        process();
        streams();
        descriptors();
        paths();
    }

    /// The set, linked into any number of instances.
    public static ImportValues imports() {
        return IMPORTS;
    }

    /// The set, to be linked into any number of instances.
    public static List<ImportFunction> all() {
        return List.copyOf(new WasiFunctions().functions);
    }

    /// What a host call does with the run and its arguments; the result is an error number.
    private interface Call {
        int apply(WasiProcess process, long[] args);
    }

    private void process() {
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
        functions.add(
                new HostFunction(
                        MODULE,
                        "proc_exit",
                        FunctionType.of(List.of(ValType.I32), List.of()),
                        (instance, args) ->
                                new long[] {call(false, EXIT, process(instance), args)}));
    }

    private void streams() {
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

    private void descriptors() {
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

    private void paths() {
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

    /// @param parameters `i` for i32, `I` for i64
    private void add(String name, String parameters, Call call) {
        boolean differs = DIFFERING.contains(name);
        var types = parameters.chars().mapToObj(c -> c == 'I' ? ValType.I64 : ValType.I32).toList();
        functions.add(
                new HostFunction(
                        MODULE,
                        name,
                        FunctionType.of(types, List.of(ValType.I32)),
                        (instance, args) ->
                                new long[] {call(differs, call, process(instance), args)}));
    }

    private static WasiProcess process(Instance instance) {
        return (WasiProcess) Objects.requireNonNull(((GuestMemory) instance.memory()).host());
    }

    private static int call(boolean differs, Call call, WasiProcess process, long[] args) {
        process.word().enterHost();
        if (differs) {
            process.differs();
        }
        int errno = call.apply(process, args);
        process.word().leaveHost();
        return errno;
    }
}
