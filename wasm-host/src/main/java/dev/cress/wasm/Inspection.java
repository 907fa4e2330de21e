package dev.cress.wasm;

import dev.cress.wasm.build.AbiCheck;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.ModuleScan;

import java.util.List;
import java.util.Optional;

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
    static Inspection of(byte[] module) throws RefusedModuleException {
        ModuleOutline outline = ModuleScan.scan(module);
        var missing = AbiCheck.missing(outline);
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
}
