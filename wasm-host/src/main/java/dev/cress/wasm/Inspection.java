package dev.cress.wasm;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.ModuleScan;
import dev.cress.wasm.wasi.WasiFunctions;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a module is and wants, from a scan alone.
///
/// @param abi the entry convention that it shows, if it shows one of ours
/// @param problem why it would be refused, or empty
/// @param imports `module.name` of each function that it wants
/// @param missing those of them that Cress doesn't offer
/// @param exports the names of its exported functions
/// @param memoryBytes that it starts with
public record Inspection(
        Optional<Abi> abi,
        String problem,
        List<String> imports,
        List<String> missing,
        List<String> exports,
        int functions,
        long memoryBytes,
        long codeBytes,
        long dataBytes,
        long customBytes) {
    private static final int NAMED_MAX = 5;
    private static final Set<String> OFFERED =
            WasiFunctions.all().stream()
                    .map(f -> f.module() + "." + f.name())
                    .collect(Collectors.toSet());

    static Inspection of(byte[] module) throws RefusedModuleException {
        ModuleOutline outline = ModuleScan.scan(module);
        var missing = missing(outline);
        Optional<RefusedModuleException> refusal = refusal(outline, missing);
        return new Inspection(
                refusal.isEmpty() ? Optional.of(Abi.WASI_CGI) : Optional.empty(),
                refusal.map(Exception::getMessage).orElse(""),
                outline.imports().stream().map(i -> Shown.of(i.toString())).toList(),
                missing,
                outline.exports().stream()
                        .filter(e -> e.kind().equals("function"))
                        .map(e -> Shown.of(e.name()))
                        .toList(),
                outline.functions(),
                Math.max(0, outline.memoryPages()) * 65_536,
                outline.codeBytes(),
                outline.dataBytes(),
                outline.customBytes());
    }

    /// The entry convention of this module, or why there is none.
    static Abi abi(ModuleOutline outline, String wanted) throws RefusedModuleException {
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

    private static List<String> missing(ModuleOutline outline) {
        return outline.imports().stream()
                .map(Object::toString)
                .filter(name -> !OFFERED.contains(name))
                .map(Shown::of)
                .distinct()
                .toList();
    }

    private static Optional<RefusedModuleException> refusal(
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
