package dev.cress.wasm.build;

import dev.cress.wasm.abi.Conventions;
import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.scan.ModuleOutline;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Tells a module's entry convention by its imports and exports, and names what is missing.
public final class AbiCheck {
    private static final int NAMED_MAX = 5;
    private static final String AUTO = "auto";

    private AbiCheck() {}

    /// The entry convention of this module, or why there is none.
    ///
    /// @param wanted `auto`, or its name
    public static Abi abi(ModuleOutline outline, String wanted) throws RefusedModuleException {
        Optional<Abi> shown = wanted.equals(AUTO) ? shown(outline) : Optional.of(named(wanted));
        List<String> missing = missing(outline);
        if (!missing.isEmpty()) {
            throw new RefusedModuleException("missing-import", missing(missing));
        }
        // what shows nothing is taken for a program, and hears what it lacks
        Abi abi = shown.orElse(Abi.WASI_CGI);
        Optional<String> problem =
                shown.isEmpty() && RawModule.isOne(outline)
                        ? Optional.of(RawModule.problem(outline))
                        : Conventions.of(abi).problem(outline);
        if (problem.isPresent()) {
            throw new RefusedModuleException("unknown-abi", problem.get());
        }
        return abi;
    }

    private static Abi named(String wanted) throws RefusedModuleException {
        return Abi.named(wanted)
                .orElseThrow(
                        () ->
                                new RefusedModuleException(
                                        "unknown-abi",
                                        "abi '%s' is not known: use auto, %s"
                                                .formatted(Shown.of(wanted), Abi.names())));
    }

    /// By what it shows, if it shows anything.
    private static Optional<Abi> shown(ModuleOutline outline) throws RefusedModuleException {
        List<Abi> shown =
                Arrays.stream(Abi.values())
                        .filter(abi -> Conventions.of(abi).isShownBy(outline))
                        .toList();
        // each of the others may also be a command that sets itself up in _start
        List<Abi> handlers = shown.stream().filter(abi -> abi != Abi.WASI_CGI).toList();
        if (handlers.size() > 1) {
            throw new RefusedModuleException(
                    "unknown-abi",
                    "module may be meant as %s: say which in its manifest, abi = \"…\""
                            .formatted(
                                    handlers.stream()
                                            .map(Abi::text)
                                            .collect(Collectors.joining(" or as "))));
        }
        return handlers.isEmpty() ? shown.stream().findFirst() : Optional.of(handlers.getFirst());
    }

    /// `module.name` of each function that the module wants and nobody offers.
    private static List<String> missing(ModuleOutline outline) {
        return outline.imports().stream()
                .filter(AbiCheck::isMissing)
                .map(i -> Shown.of(i.toString()))
                .distinct()
                .toList();
    }

    /// Whether nobody offers it.
    public static boolean isMissing(ModuleOutline.Import wanted) {
        return HostFunctions.find(wanted.module(), wanted.name()).isEmpty();
    }

    private static String missing(List<String> missing) {
        String named = missing.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
        String more =
                missing.size() > NAMED_MAX
                        ? " and %d more".formatted(missing.size() - NAMED_MAX)
                        : "";
        return "module imports what Cress does not offer: %s%s; it offers %s"
                .formatted(named, more, String.join(", ", HostFunctions.modules()));
    }
}
