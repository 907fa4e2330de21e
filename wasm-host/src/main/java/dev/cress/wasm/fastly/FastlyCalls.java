package dev.cress.wasm.fastly;

import dev.cress.wasm.fastly.Bindings.Call;
import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;

/// Every host call of Fastly Compute: those that are bound do something, the others answer
/// `unsupported`.
public final class FastlyCalls {
    /// What all their modules begin with.
    static final String PREFIX = "fastly_";

    /// The calls, to be linked.
    public static final HostCalls<FastlyRun> CALLS = new HostCalls<>(Family.FASTLY, FastlyRun::new);

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
                    Call call = bindings.take(full).orElse((run, _) -> run.unsupported(full));
                    add(module, name, parameters, call);
                });
        bindings.requireNoneLeft();
    }

    private FastlyCalls() {}

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
