package dev.cress.wasm.build;

import dev.cress.wasm.abi.Conventions;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Entry;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.Sha256;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.scan.ModuleScan;
import dev.cress.wasm.scan.StrippedModule;
import dev.cress.wasm.split.SplitModule;
import dev.cress.wasm.stop.Watchdog;

import run.endive.wasm.WasmModule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Bytes to image: scan, ABI check, parse, validate, compile, initialise, in this order, so that
/// the engine never sees bytes that the scan didn't pass.
public final class ModuleBuild {
    private static final int REASON_CHARACTERS_MAX = 200;

    private ModuleBuild() {}

    /// Does all that is dangerous to do with bytes that anybody may have sent.
    ///
    public static ImageContent build(
            byte[] bytes, Wanted wanted, MemoryBudget budget, Watchdog watchdog)
            throws RefusedModuleException {
        ModuleOutline outline = ModuleScan.scan(bytes);
        Abi abi = AbiCheck.abi(outline, wanted.abi());
        Convention convention = Conventions.of(abi);
        try {
            byte[] split = SplitModule.of(bytes);
            WasmModule module = ModuleParser.parse(split);
            List<Entry> entries = convention.entries(outline);
            List<Entry> initialisers = convention.initialisers(outline);
            Map<String, Integer> calls =
                    Linkage.check(
                            module,
                            Stream.concat(entries.stream(), initialisers.stream()).toList());
            var compiled = new Compilation(split, outline.uses(), module, className(split)).run();
            boolean interprets = !compiled.interpreted().isEmpty();
            var begin =
                    new Initialisation(
                                    module,
                                    convention,
                                    GuestCode.load(compiled),
                                    interprets,
                                    budget,
                                    watchdog)
                            .run(
                                    bytes,
                                    only(entries, calls),
                                    only(initialisers, calls),
                                    wanted.snapshot());
            byte[] stripped =
                    StrippedModule.of(split, outline.uses(), interpreted(module, compiled));
            return new ImageContent(
                    abi,
                    only(entries, calls),
                    begin.starts(),
                    stripped,
                    compiled,
                    begin.state(),
                    begin.note());
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            // the engine says most of what is wrong with a module, but not all, in its own words
            var refused =
                    new RefusedModuleException(
                            "invalid-module", "module is not valid: " + reason(e));
            refused.initCause(e);
            throw refused;
        }
    }

    /// Those of them that the module exports, in order, with their indices.
    private static Map<String, Integer> only(List<Entry> some, Map<String, Integer> calls) {
        var indices = new LinkedHashMap<String, Integer>();
        for (Entry entry : some) {
            Integer index = calls.get(entry.name());
            if (index != null) {
                indices.put(entry.name(), index);
            }
        }
        return indices;
    }

    /// By what is compiled: a profile tells guests apart, and one engine with two scripts comes to
    /// the same classes.
    ///
    /// @param module without the sections that the compiler doesn't see, if it was cut up
    private static String className(byte[] module) {
        return "guest.M" + Sha256.hex(module).substring(0, 12);
    }

    /// Which of the functions that the module defines aren't compiled.
    private static Set<Integer> interpreted(WasmModule module, GuestCode.Compiled compiled) {
        int imported = module.importSection().importCount();
        return compiled.interpreted().stream().map(f -> f - imported).collect(Collectors.toSet());
    }

    private static String reason(Throwable fault) {
        String message = fault.getMessage();
        if (message == null) {
            return fault.getClass().getSimpleName();
        }
        String line = message.lines().findFirst().orElse("");
        return line.length() <= REASON_CHARACTERS_MAX
                ? line
                : line.substring(0, REASON_CHARACTERS_MAX) + "…";
    }
}
