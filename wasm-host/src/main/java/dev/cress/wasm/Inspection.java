package dev.cress.wasm;

import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.build.AbiCheck;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.ModuleScan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What a module is and wants, from a scan alone.
///
/// @param abi the entry convention that it shows, if it shows one of ours
/// @param problem why it would be refused, or empty
/// @param imports what it wants of its host, family by family, in its own order
/// @param exports its exported functions with their types
/// @param memoryBytes that it starts with
public record Inspection(
        Optional<Abi> abi,
        String problem,
        List<Imports> imports,
        List<String> exports,
        int functions,
        long memoryBytes,
        long codeBytes,
        long dataBytes,
        long customBytes) {
    /// What a module wants of one family of host calls.
    ///
    /// @param module the family, by the name under which it is imported
    /// @param names of the functions that it wants
    /// @param missing those of them that Cress doesn't offer: it is refused for them
    /// @param unsupported those that only answer that they aren't supported: it runs without them
    public record Imports(
            String module, List<String> names, List<String> missing, List<String> unsupported) {
        public Imports {
            names = List.copyOf(names);
            missing = List.copyOf(missing);
            unsupported = List.copyOf(unsupported);
        }
    }

    private static List<Imports> imports(ModuleOutline outline) {
        var families = new LinkedHashMap<String, List<ModuleOutline.Import>>();
        for (ModuleOutline.Import wanted : outline.imports()) {
            families.computeIfAbsent(wanted.module(), _ -> new ArrayList<>()).add(wanted);
        }
        return families.entrySet().stream()
                .map(
                        family ->
                                new Imports(
                                        Shown.of(family.getKey()),
                                        names(family.getValue(), _ -> true),
                                        names(family.getValue(), AbiCheck::isMissing),
                                        names(family.getValue(), Inspection::isUnsupported)))
                .toList();
    }

    private static boolean isUnsupported(ModuleOutline.Import wanted) {
        return HostFunctions.isUnsupported(wanted.module(), wanted.name());
    }

    private static List<String> names(
            List<ModuleOutline.Import> wanted, Predicate<ModuleOutline.Import> which) {
        return wanted.stream().filter(which).map(i -> Shown.of(i.name())).distinct().toList();
    }

    static Inspection of(byte[] module) throws RefusedModuleException {
        ModuleOutline outline = ModuleScan.scan(module);
        Optional<Abi> abi = Optional.empty();
        String problem = "";
        try {
            abi = Optional.of(AbiCheck.abi(outline, Wanted.AUTO.abi()));
        } catch (RefusedModuleException refused) {
            problem = String.valueOf(refused.getMessage());
        }
        return new Inspection(
                abi,
                problem,
                imports(outline),
                outline.exports().stream()
                        .filter(e -> e.kind().equals("function"))
                        .map(e -> Shown.of(e.toString()))
                        .toList(),
                outline.functions(),
                Math.max(0, outline.memoryPages()) * 65_536,
                outline.codeBytes(),
                outline.dataBytes(),
                outline.customBytes());
    }
}
