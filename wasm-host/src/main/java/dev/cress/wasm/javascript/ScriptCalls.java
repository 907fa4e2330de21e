package dev.cress.wasm.javascript;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.stop.GuestEnded;

/// What the engine imports from `env`: functions of the host that scripts call, and hooks, which do
/// nothing here.
public final class ScriptCalls {
    public static final HostCalls<ScriptRun> CALLS =
            new HostCalls<>(Family.JAVASCRIPT, ScriptCalls::noScript)
                    .add(
                            "env",
                            "host_call",
                            "iiiii",
                            "i",
                            (script, a) ->
                                    script.hostCall((int) a[0], (int) a[1], (int) a[3], (int) a[4]))
                    .add("env", "host_interrupt", "", "i", (_, _) -> 0)
                    .add("env", "host_promise_rejection", "iii", (_, _) -> {})
                    .add("env", "host_module_normalize", "ii", "i", (_, _) -> 0)
                    .add("env", "host_module_load", "ii", "i", (_, _) -> 0)
                    // every place of the fleet is in one zone: UTC
                    .add("env", "host_get_timezone_offset", "ii", "i", (_, _) -> 0);

    private ScriptCalls() {}

    private static ScriptRun noScript(HostRun run) {
        throw new GuestEnded(
                new Outcome.BrokeProtocol("env.host_call is there for scripts, abi javascript"));
    }
}
