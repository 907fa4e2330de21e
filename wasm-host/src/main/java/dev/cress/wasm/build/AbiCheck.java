package dev.cress.wasm.build;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.wasi.WasiFunctions;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Tells a module's entry convention by its imports and exports, and names what is missing.
public final class AbiCheck {
    private static final int NAMED_MAX = 5;
    private static final Set<String> OFFERED =
            WasiFunctions.all().stream()
                    .map(f -> f.module() + "." + f.name())
                    .collect(Collectors.toSet());

    private AbiCheck() {}

    /// The entry convention of this module, or why there is none.
    public static Abi abi(ModuleOutline outline, String wanted) throws RefusedModuleException {
        if (!wanted.equals("auto") && !wanted.equals(Abi.WASI_CGI.text())) {
            throw new RefusedModuleException(
                    "unknown-abi",
                    "abi '%s' is not known: use auto or wasi-cgi".formatted(Shown.of(wanted)));
        }
        Optional<RefusedModuleException> refusal = refusal(outline, missing(outline));
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        return Abi.WASI_CGI;
    }

    /// `module.name` of each function that the module wants and nobody offers.
    public static List<String> missing(ModuleOutline outline) {
        return outline.imports().stream()
                .map(Object::toString)
                .filter(name -> !OFFERED.contains(name))
                .map(Shown::of)
                .distinct()
                .toList();
    }

    /// Why it can't run, if it can't.
    public static Optional<RefusedModuleException> refusal(
            ModuleOutline outline, List<String> missing) {
        if (!missing.isEmpty()) {
            String named = missing.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
            String more =
                    missing.size() > NAMED_MAX
                            ? " and %d more".formatted(missing.size() - NAMED_MAX)
                            : "";
            return Optional.of(
                    new RefusedModuleException(
                            "missing-import",
                            "module imports what Cress does not offer: %s%s; it offers %s"
                                    .formatted(named, more, WasiFunctions.MODULE)));
        }
        if (!outline.exports("function", "_start")) {
            String hint =
                    outline.exports("function", "_initialize")
                            ? "it is a reactor (exports _initialize): build it as a command"
                            : "build it as a WASI command with a main function";
            return Optional.of(
                    new RefusedModuleException("unknown-abi", "module exports no _start: " + hint));
        }
        if (!outline.exports("memory", "memory")) {
            return Optional.of(
                    new RefusedModuleException(
                            "unknown-abi", "module exports no memory named 'memory'"));
        }
        return Optional.empty();
    }
}
