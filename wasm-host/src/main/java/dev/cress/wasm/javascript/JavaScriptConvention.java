package dev.cress.wasm.javascript;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Entry;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.scan.ModuleOutline;

import java.util.List;
import java.util.Optional;

/// `javascript`: a script in QuickJS. Its default export answers requests:
/// `export default { fetch(request, env, context) { return new Response("…") } }`.
///
/// The engine and what scripts find in it are set up while the image is made, and so is the script
/// unless it asks for random bytes or the time as it is loaded: then each request loads it anew.
public final class JavaScriptConvention implements Convention {
    @Override
    public boolean isShownBy(ModuleOutline module) {
        return module.exports("function", "qjs_eval")
                && module.exports("function", "qjs_new_host_function");
    }

    @Override
    public Optional<String> problem(ModuleOutline module) {
        for (Entry entry : QuickJs.ENTRIES) {
            if (!module.exports("function", entry.name())) {
                return Optional.of(
                        "module exports no %s: it is another JavaScript engine than ours"
                                .formatted(entry.name()));
            }
        }
        return module.exports("memory", "memory")
                ? Optional.empty()
                : Optional.of("module exports no memory named 'memory'");
    }

    @Override
    public List<Entry> entries(ModuleOutline module) {
        return QuickJs.ENTRIES;
    }

    @Override
    public List<Entry> initialisers(ModuleOutline module) {
        return List.of();
    }

    @Override
    public boolean sharesCode() {
        return true;
    }

    @Override
    public void prepare(HostRun run, Guest guest, byte[] module) throws RefusedModuleException {
        String script =
                ScriptModule.script(module)
                        .orElseThrow(
                                () ->
                                        new RefusedModuleException(
                                                "unknown-abi",
                                                "module is a JavaScript engine without a script:"
                                                        + " deploy the script, cress deploy NAME"
                                                        + " FILE.js"));
        new ScriptRun(run, guest).prepare(script);
    }

    @Override
    public void initialise(HostRun run, Guest guest) {
        new ScriptRun(run, guest).load();
    }

    @Override
    public void serve(HostRun run, Guest guest) {
        new ScriptRun(run, guest).answer();
    }
}
