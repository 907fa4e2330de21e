package dev.cress.wasm.javascript;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.stop.GuestEnded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One run of a script: sets the engine up, loads the script, has it answer. On the guest's thread.
final class ScriptRun {
    private static final String OURS = "__cress";
    private static final String SOURCE = "__cress_source";
    private static final String FILE = "script.js";
    private static final int NAME_BYTES_MAX = 64;
    private static final int ARGUMENTS_MAX = 8;

    private final HostRun run;
    private final QuickJs js;
    private final ScriptHost host;

    ScriptRun(HostRun run, Guest guest) {
        this.run = run;
        this.js = new QuickJs(guest, run.memory());
        this.host = new ScriptHost(run, js);
        ScriptCalls.CALLS.put(run, this);
    }

    /// Starts the engine, evaluates what scripts find in it, and leaves the script's text there.
    void prepare(String script) {
        js.start();
        int global = js.global();
        String urls = "(() => {" + ScriptModule.text("url.js") + "\nreturn webUrl; })()";
        int url = js.eval(urls, "url.js", QuickJs.EVAL_SCRIPT);
        int functions = js.object();
        for (String name : ScriptHost.NAMES) {
            int function = js.hostFunction(name);
            js.property(functions, name, function);
            js.free(function);
        }
        int prelude = js.eval(ScriptModule.text("prelude.js"), "prelude.js", QuickJs.EVAL_SCRIPT);
        int ours = js.call(prelude, functions, url);
        js.property(global, OURS, ours);
        int source = js.string(script);
        js.property(global, SOURCE, source);
        for (int value : new int[] {source, ours, prelude, functions, url, global}) {
            js.free(value);
        }
    }

    /// Evaluates the script, unless it was while the image was made.
    void load() {
        int global = js.global();
        int ours = js.property(global, OURS);
        int isLoaded = invoke(ours, "isLoaded");
        if (!js.asBoolean(isLoaded)) {
            int source = js.property(global, SOURCE);
            int promise = js.eval(js.text(source), FILE, QuickJs.EVAL_MODULE);
            js.runJobs();
            int exports = js.settled(promise, "the script's top level");
            js.free(invoke(ours, "loaded", exports));
            for (int value : new int[] {exports, promise, source}) {
                js.free(value);
            }
        }
        for (int value : new int[] {isLoaded, ours, global}) {
            js.free(value);
        }
    }

    private int invoke(int object, String name, int... arguments) {
        int function = js.property(object, name);
        int value = js.call(function, arguments);
        js.free(function);
        return value;
    }

    /// Has the script answer the run's request.
    void answer() {
        load();
        int global = js.global();
        int ours = js.property(global, OURS);
        int[] given = given(run.exchange().request());
        js.free(invoke(ours, "begin", given));
        js.runJobs();
        while (!host.isDone()) {
            int waited = invoke(ours, "wait");
            if (!js.asBoolean(waited)) {
                throw new GuestEnded(
                        new Outcome.BrokeProtocol(
                                "the handler waits for something that never comes"));
            }
            js.free(waited);
            js.runJobs();
        }
    }

    private int[] given(GuestRequest request) {
        String query = request.query().isEmpty() ? "" : "?" + request.query();
        String url = request.scheme() + "://" + authority(request) + request.path() + query;
        var headers = new ArrayList<String>();
        for (Header header : request.headers()) {
            headers.add(header.name());
            headers.add(header.value());
        }
        var config = new ArrayList<String>();
        request.config()
                .forEach(
                        (name, value) -> {
                            config.add(name);
                            config.add(value);
                        });
        return new int[] {
            js.string(request.method()),
            js.string(url),
            js.string(String.join("\0", headers)),
            js.number((double) request.contentLength()),
            js.string(String.join("\0", config)),
            js.string(String.join("\0", run.exchange().capabilities().secretNames())),
            js.string(String.join("\0", place(request.place())))
        };
    }

    private static String authority(GuestRequest request) {
        boolean usual = request.port() == (request.scheme().equals("https") ? 443 : 80);
        return usual ? request.host() : request.host() + ":" + request.port();
    }

    private static List<String> place(GuestRequest.Place place) {
        var pairs = new ArrayList<String>();
        Map.of(
                        "function", place.function(),
                        "version", Integer.toString(place.version()),
                        "node", place.node(),
                        "region", place.region(),
                        "requestId", place.requestId(),
                        "country", place.clientCountry(),
                        "city", place.clientCity())
                .forEach(
                        (name, value) -> {
                            pairs.add(name);
                            pairs.add(value);
                        });
        return pairs;
    }

    /// A call from the script.
    ///
    /// @param argumentsAt addresses of the values, four bytes each
    /// @return the value that answers it, or 0 when it raised an error
    int hostCall(int nameAt, int nameLength, int arguments, int argumentsAt) {
        if (nameLength < 0 || nameLength > NAME_BYTES_MAX) {
            throw new GuestEnded(new Outcome.BrokeProtocol("a host function without a name"));
        }
        String name = new String(run.memory().readBytes(nameAt, nameLength), UTF_8);
        int count = Math.min(Math.max(0, arguments), ARGUMENTS_MAX);
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = run.memory().readInt(argumentsAt + i * Integer.BYTES);
        }
        if (count < ScriptHost.arguments(name)) {
            js.raise("%s takes %d values".formatted(Shown.of(name), ScriptHost.arguments(name)));
            return 0;
        }
        return host.call(name, values);
    }
}
