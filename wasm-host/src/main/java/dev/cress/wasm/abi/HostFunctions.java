package dev.cress.wasm.abi;

import dev.cress.wasm.extism.ExtismFunctions;
import dev.cress.wasm.fastly.FastlyCalls;
import dev.cress.wasm.httpwasm.HttpWasmFunctions;
import dev.cress.wasm.javascript.ScriptCalls;
import dev.cress.wasm.script.AssemblyScriptFunctions;
import dev.cress.wasm.wasi.WasiFunctions;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Every host call that a module may import, whatever its ABI.
public final class HostFunctions {
    private static final Map<String, ImportFunction> BY_NAME =
            all().stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    f -> f.module() + "." + f.name(), Function.identity()));

    private static final String FASTLY = "fastly_";

    private HostFunctions() {}

    /// All of them.
    public static List<ImportFunction> all() {
        return Stream.of(
                        WasiFunctions.CALLS,
                        AssemblyScriptFunctions.CALLS,
                        ExtismFunctions.CALLS,
                        ScriptCalls.CALLS,
                        FastlyCalls.CALLS,
                        HttpWasmFunctions.CALLS)
                .flatMap(family -> family.functions().stream())
                .toList();
    }

    /// The modules that they are in, as a message names them: Fastly's two dozen as one.
    public static List<String> modules() {
        return all().stream().map(f -> shown(f.module())).distinct().toList();
    }

    private static String shown(String module) {
        return module.startsWith(FASTLY) ? FASTLY + "…" : module;
    }

    /// The one that a module means by these names.
    public static Optional<ImportFunction> find(String module, String name) {
        return Optional.ofNullable(BY_NAME.get(module + "." + name));
    }

    /// Whether it can be linked and answers nothing but that it isn't supported.
    public static boolean isUnsupported(String module, String name) {
        return FastlyCalls.isUnsupported(module, name);
    }

    /// Those that a module imports, and no others: the engine looks each up among all it is given,
    /// for every instance.
    public static ImportValues importsOf(WasmModule module) {
        var imports = module.importSection();
        var functions =
                IntStream.range(0, imports.importCount())
                        .mapToObj(imports::getImport)
                        .filter(FunctionImport.class::isInstance)
                        .map(i -> Objects.requireNonNull(BY_NAME.get(i.module() + "." + i.name())))
                        .distinct()
                        .toArray(ImportFunction[]::new);
        return ImportValues.builder().addFunction(functions).build();
    }
}
