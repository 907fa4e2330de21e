package dev.cress.wasm.build;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.isolate.Blueprint;
import dev.cress.wasm.isolate.InitialState;
import dev.cress.wasm.isolate.Isolate;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.GuestStopped;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.Watchdog;
import dev.cress.wasm.wasi.WasiFunctions;
import dev.cress.wasm.wasi.WasiProcess;

import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.OptionalInt;

/// Runs a module's start section once, with nothing to reach, so that requests begin where it ends.
/// A start that asks for anything that differs from run to run (random bytes, the time, its
/// environment, its streams) isn't kept: it runs again for every request.
final class Initialisation {
    /// What a start section may use. It runs cold.
    static final Duration CPU_MAX = Duration.ofSeconds(2);

    static final Duration WALL_MAX = Duration.ofSeconds(10);

    /// 128 MiB, what a manifest without limits gives.
    static final int PAGES_MAX = 2_048;

    private final WasmModule module;
    private final Blueprint first;
    private final MemoryBudget budget;
    private final Watchdog watchdog;

    Initialisation(
            WasmModule module,
            GuestCode code,
            boolean interprets,
            MemoryBudget budget,
            Watchdog watchdog) {
        this.module = module;
        this.first =
                Blueprint.first(withoutStart(module), code, WasiFunctions.imports(), interprets);
        this.budget = budget;
        this.watchdog = watchdog;
    }

    /// Where requests begin.
    ///
    /// @param start the function that each of them calls first, if there is one
    record Begin(InitialState state, OptionalInt start) {}

    Begin run() throws RefusedModuleException {
        Isolate isolate = isolate();
        try {
            if (module.startSection().isEmpty()) {
                return new Begin(isolate.takeState(), OptionalInt.empty());
            }
            int start = (int) module.startSection().get().startIndex();
            if (start(isolate, start)) {
                return new Begin(isolate.takeState(), OptionalInt.empty());
            }
            Isolate unstarted = isolate();
            try {
                return new Begin(unstarted.takeState(), OptionalInt.of(start));
            } finally {
                unstarted.release();
            }
        } finally {
            isolate.release();
        }
    }

    private Isolate isolate() throws RefusedModuleException {
        int pages = first.initialPages();
        Isolate isolate = first.isolate(budget, Math.max(pages, PAGES_MAX), pages);
        if (isolate == null) {
            throw new RefusedModuleException(
                    "module-too-large",
                    "module starts with %d MiB of memory, more than the %d MiB that guests have here"
                            .formatted(pages / 16, budget.bytesMax() >> 20));
        }
        return isolate;
    }

    /// Returns whether what it did can be kept.
    private boolean start(Isolate isolate, int function) throws RefusedModuleException {
        var word = new RunWord(_ -> {});
        var process = WasiProcess.ofNobody(word, isolate.memory(), new SecureRandom());
        isolate.memory().attach(process);
        try (var _ = watchdog.watch(word, CPU_MAX, WALL_MAX)) {
            word.begin(first.code().stopFlag());
            isolate.call(function);
            word.enterHost();
            return !process.differsByRun();
        } catch (GuestStopped | WasmInterruptedException e) {
            throw refused("did not end within %d s of CPU time".formatted(CPU_MAX.toSeconds()), e);
        } catch (GuestEnded e) {
            throw refused("ended the program", e);
        } catch (WasmEngineException | StackOverflowError e) {
            if (process.differsByRun()) {
                return false;
            }
            throw refused("trapped: " + Shown.of(String.valueOf(e.getMessage())), e);
        } finally {
            word.end();
        }
    }

    private static RefusedModuleException refused(String why, Throwable cause) {
        var refused = new RefusedModuleException("invalid-module", "module's start section " + why);
        refused.initCause(cause);
        return refused;
    }

    /// The engine runs a start section whenever it makes an instance.
    private static WasmModule withoutStart(WasmModule module) {
        if (module.startSection().isEmpty()) {
            return module;
        }
        var builder =
                WasmModule.builder()
                        .setTypeSection(module.typeSection())
                        .setImportSection(module.importSection())
                        .setFunctionSection(module.functionSection())
                        .setTableSection(module.tableSection())
                        .setGlobalSection(module.globalSection())
                        .setExportSection(module.exportSection())
                        .setElementSection(module.elementSection())
                        .setCodeSection(module.codeSection())
                        .setDataSection(module.dataSection());
        module.memorySection().ifPresent(builder::setMemorySection);
        module.dataCountSection().ifPresent(builder::setDataCountSection);
        return builder.build();
    }
}
