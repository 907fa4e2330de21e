package dev.cress.wasm.extism;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Entry;
import dev.cress.wasm.host.Fields;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostCaller;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.ModuleOutline.Export;
import dev.cress.wasm.stop.GuestEnded;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `extism`: the request's body is the plug-in's input, whatever the method, and its output is the
/// answer's body. Its content type is the config value `CONTENT_TYPE`. A function that sets an
/// error or returns another code than 0 has failed: the code is its exit code, the error is in the
/// log.
public final class ExtismConvention implements Convention {
    /// Functions of a module that requests can call.
    static final int FUNCTIONS_MAX = 1_000;

    /// The config value that is the answer's `content-type`.
    static final String CONTENT_TYPE = "CONTENT_TYPE";

    private static final String CONTENT_TYPE_UNKNOWN = "application/octet-stream";
    private static final String START = "_start";
    private static final String CONSTRUCTORS = "__wasm_call_ctors";
    private static final String INITIALIZE = "_initialize";
    private static final String HASKELL = "hs_init";
    private static final String ASYNCIFY = "asyncify_get_state";

    /// The exit code of a plug-in that set an error and returned 0.
    private static final int NO_CODE = -1;

    private static final int NAMES_SHOWN_MAX = 20;

    @Override
    public boolean isShownBy(ModuleOutline module) {
        return module.importsFrom(ExtismFunctions.MODULE);
    }

    @Override
    public Optional<String> problem(ModuleOutline module) {
        if (module.memoryPages() < 0) {
            return Optional.of("module has no memory: an Extism plug-in has one of its own");
        }
        int functions = entries(module).size();
        if (functions == 0) {
            return Optional.of(
                    "module exports no function () -> i32, which is what an Extism plug-in is"
                            + " called by: export one");
        }
        return functions <= FUNCTIONS_MAX
                ? Optional.empty()
                : Optional.of(
                        "module exports %d functions () -> i32, at most %d"
                                .formatted(functions, FUNCTIONS_MAX));
    }

    /// Its functions, but for those of compilers' runtimes. A program that has none but `_start` is
    /// called there.
    @Override
    public List<Entry> entries(ModuleOutline module) {
        List<Entry> functions =
                module.exports().stream()
                        .filter(e -> e.isFunction("", "i") && !isOfRuntime(e.name()))
                        .map(e -> new Entry(e.name(), "", "i"))
                        .toList();
        return functions.isEmpty()
                ? exported(module, new Entry(START, "", "")).toList()
                : functions;
    }

    /// What compilers add begins with two underscores; the other is from TinyGo's scheduler.
    private static boolean isOfRuntime(String name) {
        return name.startsWith("__") || name.equals(ASYNCIFY);
    }

    /// As the reference host has it: with Haskell's runtime its reactor's `_initialize` and its
    /// own, else the constructors, else `_initialize`.
    @Override
    public List<Entry> initialisers(ModuleOutline module) {
        var initialize = exported(module, new Entry(INITIALIZE, "", "")).toList();
        var haskell = exported(module, new Entry(HASKELL, "ii", "")).toList();
        if (!haskell.isEmpty()) {
            return Stream.concat(initialize.stream(), haskell.stream()).toList();
        }
        var constructors = exported(module, new Entry(CONSTRUCTORS, "", "")).toList();
        return constructors.isEmpty() ? initialize : constructors;
    }

    private static Stream<Entry> exported(ModuleOutline module, Entry entry) {
        return module.exports().stream().anyMatch(export -> is(export, entry))
                ? Stream.of(entry)
                : Stream.empty();
    }

    private static boolean is(Export export, Entry entry) {
        return export.name().equals(entry.name())
                && export.isFunction(entry.parameters(), entry.results());
    }

    @Override
    public void rehearse(HostRun run, HostCaller caller) {
        run.word().enterHost();
        ExtismRehearsal.hold(run);
        run.word().leaveHost();
    }

    @Override
    public void serve(HostRun run, Guest guest) {
        GuestRequest request = run.exchange().request();
        String name = name(request, guest.entries());
        if (!guest.entries().contains(name)) {
            answerNotFound(run, name, guest.entries());
            return;
        }
        int code = call(guest, name);
        Plugin plugin = ExtismFunctions.CALLS.of(run);
        byte[] error = plugin.errorText();
        if (error.length > 0) {
            run.log().line(LogLevel.ERROR, error);
        }
        if (code != 0 || error.length > 0) {
            throw new GuestEnded(new Outcome.Exited(code == 0 ? NO_CODE : code));
        }
        answer(run, request, plugin);
    }

    /// The function that a request calls: the only one there is, or the one that the first segment
    /// of its path names, after what its route fixes.
    private static String name(GuestRequest request, Set<String> functions) {
        if (functions.size() == 1) {
            return functions.iterator().next();
        }
        String path = request.path();
        String prefix = request.route().prefix();
        int from = path.startsWith(prefix) ? prefix.length() : 0;
        from += path.startsWith("/", from) ? 1 : 0;
        int to = path.indexOf('/', from);
        return path.substring(from, to < 0 ? path.length() : to);
    }

    private static int call(Guest guest, String name) {
        try {
            long[] results = guest.call(name);
            return results.length == 0 ? 0 : (int) results[0];
        } catch (GuestEnded ended) {
            return switch (ended.outcome()) {
                case Outcome.Completed() -> 0;
                case Outcome.Exited(int code) -> code;
                default -> throw ended;
            };
        }
    }

    private static void answer(HostRun run, GuestRequest request, Plugin plugin) {
        String type = request.config().getOrDefault(CONTENT_TYPE, CONTENT_TYPE_UNKNOWN);
        head(run, 200, Fields.isValue(type) ? type : CONTENT_TYPE_UNKNOWN);
        plugin.memory().copy(plugin.output(), plugin.outputLength(), run.response()::body);
    }

    /// An ordinary answer, for which no guest runs. The client learns no names.
    private static void answerNotFound(HostRun run, String name, Set<String> functions) {
        String names =
                functions.stream()
                        .sorted()
                        .limit(NAMES_SHOWN_MAX)
                        .map(Shown::of)
                        .collect(Collectors.joining(", "));
        run.log()
                .line(
                        LogLevel.WARN,
                        "no function '%s': the path's first segment names one of %s%s"
                                .formatted(
                                        Shown.of(name),
                                        names,
                                        functions.size() > NAMES_SHOWN_MAX ? ", …" : ""));
        head(run, 404, "text/plain; charset=utf-8");
        byte[] text = "There is no such function here.\n".getBytes(UTF_8);
        run.response().body(text, 0, text.length);
    }

    private static void head(HostRun run, int status, String contentType) {
        run.response()
                .head(new ResponseHead(status, List.of(new Header("content-type", contentType))));
    }
}
