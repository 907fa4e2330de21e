package dev.cress.wasm.build;

import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.isolate.Blueprint;
import dev.cress.wasm.isolate.InitialState;
import dev.cress.wasm.isolate.Isolate;
import dev.cress.wasm.isolate.IsolateGuest;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.GuestStopped;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.Watchdog;

import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Runs what a module does before its first request, once, with nothing to reach, so that requests
/// begin where it ends: its start section, then its convention's initialisers. What asks there for
/// anything that differs from run to run (random bytes, the time, the request) isn't kept: it runs
/// again for every request, unless its author says that a snapshot will do.
final class Initialisation {
    /// What all of it together may use. It runs cold.
    static final Duration CPU_MAX = Duration.ofSeconds(2);

    static final Duration WALL_MAX = Duration.ofSeconds(10);

    /// What a convention's set-up may use, which is mostly its own doing: a JavaScript engine that
    /// reads what scripts find in it.
    private static final Duration SET_UP_MAX = Duration.ofSeconds(10);

    /// 128 MiB, what a manifest without limits gives.
    static final int PAGES_MAX = 2_048;

    private static final String SECTION = "start section";

    private final WasmModule module;
    private final Convention convention;
    private final Blueprint first;
    private final MemoryBudget budget;
    private final Watchdog watchdog;

    Initialisation(
            WasmModule module,
            Convention convention,
            GuestCode code,
            boolean interprets,
            MemoryBudget budget,
            Watchdog watchdog) {
        this.module = module;
        this.convention = convention;
        this.first =
                Blueprint.first(
                        withoutStart(module), code, HostFunctions.importsOf(module), interprets);
        this.budget = budget;
        this.watchdog = watchdog;
    }

    /// Where requests begin.
    ///
    /// @param starts the functions that each of them calls first, if there are any
    /// @param note what the convention has to know of the state
    record Begin(InitialState state, List<Integer> starts, int note) {}

    /// @param bytes the module as it was uploaded
    /// @param entries what the convention calls and the module exports, with their indices
    /// @param initialisers the same of what it calls first, in order
    /// @param snapshot whether to keep what it came to even if it may come out otherwise
    Begin run(
            byte[] bytes,
            Map<String, Integer> entries,
            Map<String, Integer> initialisers,
            boolean snapshot)
            throws RefusedModuleException {
        Map<String, Integer> starts = starts(initialisers);
        Isolate isolate = prepared(bytes, entries);
        try {
            OptionalInt note = kept(isolate, starts, entries, snapshot);
            if (note.isPresent()) {
                return new Begin(isolate.takeState(), List.of(), note.getAsInt());
            }
            Isolate unstarted = prepared(bytes, entries);
            try {
                return new Begin(unstarted.takeState(), List.copyOf(starts.values()), 0);
            } finally {
                unstarted.release();
            }
        } finally {
            isolate.release();
        }
    }

    /// What runs first, in order, as messages call it.
    private Map<String, Integer> starts(Map<String, Integer> initialisers) {
        var starts = new LinkedHashMap<String, Integer>();
        module.startSection().ifPresent(s -> starts.put(SECTION, (int) s.startIndex()));
        starts.putAll(initialisers);
        return starts;
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

    private Isolate prepared(byte[] bytes, Map<String, Integer> entries)
            throws RefusedModuleException {
        Isolate isolate = isolate();
        try (var scene = new Scene(isolate, entries, SET_UP_MAX)) {
            scene.step("set-up", () -> convention.prepare(scene.run, scene.guest, bytes));
            return isolate;
        } catch (RefusedModuleException | RuntimeException | Error e) {
            isolate.release();
            throw e;
        }
    }

    /// Returns the convention's note if what they did can be kept.
    private OptionalInt kept(
            Isolate isolate,
            Map<String, Integer> starts,
            Map<String, Integer> entries,
            boolean snapshot)
            throws RefusedModuleException {
        try (var scene = new Scene(isolate, entries, CPU_MAX)) {
            convention.beforeInitialisers(scene.run);
            for (var start : starts.entrySet()) {
                if (!scene.step(start.getKey(), () -> scene.call(start.getValue()))) {
                    return OptionalInt.empty();
                }
            }
            boolean ended =
                    scene.step(
                            "initialisation", () -> convention.initialise(scene.run, scene.guest));
            return ended && (snapshot || !scene.run.differsByRun())
                    ? OptionalInt.of(convention.afterInitialisers(scene.run))
                    : OptionalInt.empty();
        }
    }

    private interface Step {
        void run() throws RefusedModuleException;
    }

    /// A run in which nobody asks anything, within its limits.
    private final class Scene implements AutoCloseable {
        private final Isolate isolate;
        private final RunWord word = new RunWord(_ -> {});
        private final HostRun run;
        private final Guest guest;
        private final Watchdog.Watch watch;
        private final Duration cpuMax;

        Scene(Isolate isolate, Map<String, Integer> entries, Duration cpuMax) {
            this.isolate = isolate;
            this.cpuMax = cpuMax;
            this.run =
                    new HostRun(
                            word,
                            isolate.memory(),
                            new Nobody(),
                            RunLimits.DEFAULT,
                            new SecureRandom());
            this.guest = new IsolateGuest(entries, 0, isolate, word);
            this.watch = watchdog.watch(word, cpuMax, cpuMax.plus(WALL_MAX));
            word.begin(first.code().stopFlag());
        }

        void call(int function) {
            word.leaveHost();
            isolate.callWithZeros(function);
            word.enterHost();
        }

        /// Returns whether it ended; not to end well is no fault of what may come out otherwise.
        boolean step(String name, Step step) throws RefusedModuleException {
            try {
                step.run();
                return true;
            } catch (GuestStopped | WasmInterruptedException e) {
                String limit = "did not end within %d s of CPU time".formatted(cpuMax.toSeconds());
                throw refused(name, limit, e);
            } catch (GuestEnded e) {
                if (e.outcome() instanceof Outcome.Completed && !name.equals(SECTION)) {
                    return true;
                }
                if (e.outcome() instanceof Outcome.BrokeProtocol(String reason)) {
                    throw new RefusedModuleException("invalid-module", reason);
                }
                throw refused(name, "ended the program", e);
            } catch (WasmEngineException | StackOverflowError e) {
                if (run.differsByRun()) {
                    return false;
                }
                throw refused(name, "trapped: " + Shown.of(String.valueOf(e.getMessage())), e);
            }
        }

        @Override
        public void close() {
            word.end();
            watch.close();
        }
    }

    private static RefusedModuleException refused(String name, String why, Throwable cause) {
        var refused =
                new RefusedModuleException("invalid-module", "module's %s %s".formatted(name, why));
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
