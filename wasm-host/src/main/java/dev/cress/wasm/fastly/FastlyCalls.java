package dev.cress.wasm.fastly;

import dev.cress.wasm.fastly.Bindings.Call;
import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;

import java.util.HashSet;
import java.util.Set;

/// Every host call of Fastly Compute: those that are bound do something, the others answer
/// `unsupported`.
public final class FastlyCalls {
    /// What all their modules begin with.
    static final String PREFIX = "fastly_";

    /// The calls, to be linked.
    public static final HostCalls<FastlyRun> CALLS = new HostCalls<>(Family.FASTLY, FastlyRun::new);

    /// Full names of those that aren't bound.
    private static final Set<String> UNSUPPORTED = new HashSet<>();

    static {
        var bindings = new Bindings();
        RuntimeCalls.bind(bindings);
        DownstreamCalls.bind(bindings);
        RequestCalls.bind(bindings);
        ResponseCalls.bind(bindings);
        HeaderCalls.bind(bindings);
        BodyCalls.bind(bindings);
        BackendCalls.bind(bindings);
        SendCalls.bind(bindings);
        PendingCalls.bind(bindings);
        StoreCalls.bind(bindings);
        KvCalls.bind(bindings);
        ObjectStoreCalls.bind(bindings);
        CacheCalls.bind(bindings);
        Signatures.forEach(
                (module, name, parameters) -> {
                    String full = module + "." + name;
                    var bound = bindings.take(full);
                    if (bound.isEmpty()) {
                        UNSUPPORTED.add(full);
                    }
                    add(module, name, parameters, bound.orElse((run, _) -> run.unsupported(full)));
                });
        bindings.requireNoneLeft();
    }

    private FastlyCalls() {}

    /// Whether this call of theirs can be linked and answers nothing but `unsupported`.
    public static boolean isUnsupported(String module, String name) {
        return UNSUPPORTED.contains(module + "." + name);
    }

    private static void add(String module, String name, String parameters, Call call) {
        CALLS.add(
                module,
                name,
                parameters,
                "i",
                (run, arguments) -> {
                    // handles are a run's own: no image may keep what a guest did with any
                    run.host().differs();
                    try {
                        call.apply(run, new Passed(run.memory(), arguments));
                        return Status.OK;
                    } catch (Refused refused) {
                        return refused.status();
                    }
                });
    }
}
