package dev.cress.wasm.isolate;

import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.GuestTables;
import dev.cress.wasm.memory.MemoryBudget;

import org.jspecify.annotations.Nullable;

import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.MemoryLimits;

import java.util.List;

/// What all isolates of one image are made from: compiled code, the module without what only the
/// compiler and the first start need, and the initial state. Immutable and thread-safe.
public final class Blueprint {
    private final WasmModule module;
    private final GuestCode code;
    private final ImportValues imports;
    private final boolean interprets;
    private final @Nullable InitialState state;
    private final int[] starts;

    private Blueprint(
            WasmModule module,
            GuestCode code,
            ImportValues imports,
            boolean interprets,
            @Nullable InitialState state,
            int[] starts) {
        this.module = module;
        this.code = code;
        this.imports = imports;
        this.interprets = interprets;
        this.state = state;
        this.starts = starts;
    }

    /// Isolates of this blueprint initialise themselves from the module's segments: how the first
    /// one comes to be.
    ///
    /// @param interprets whether some functions run in the engine's interpreter
    public static Blueprint first(
            WasmModule module, GuestCode code, ImportValues imports, boolean interprets) {
        return new Blueprint(module, code, imports, interprets, null, new int[0]);
    }

    /// The blueprint of isolates that begin with this state.
    ///
    /// @param stripped the module without code, start section and active segments
    /// @param starts the functions that every run calls before anything else, in order
    public static Blueprint startingFrom(
            InitialState state,
            WasmModule stripped,
            GuestCode code,
            ImportValues imports,
            boolean interprets,
            List<Integer> starts) {
        return new Blueprint(
                stripped,
                code,
                imports,
                interprets,
                state,
                starts.stream().mapToInt(Integer::intValue).toArray());
    }

    /// Makes an isolate, or returns null when its memory doesn't fit the cap or the budget.
    public @Nullable Isolate isolate(MemoryBudget budget, int pagesMax, int capacityPages) {
        GuestMemory memory =
                GuestMemory.allocate(
                        budget, declaredMemory(), initialPages(), pagesMax, capacityPages);
        if (memory == null) {
            return null;
        }
        try {
            if (state != null) {
                memory.fill(state.memory());
            }
            return new Isolate(this, memory);
        } catch (RuntimeException | Error e) {
            memory.release();
            throw e;
        }
    }

    Instance instance(GuestMemory memory) {
        memory.detach();
        return Instance.builder(module)
                .withMachineFactory(code::machine)
                .withImportValues(imports)
                .withMemoryFactory(_ -> memory)
                .withTableFactory(GuestTables::create)
                .withStart(false)
                .build();
    }

    /// The memory that the module declares. Growing starts from there.
    public MemoryLimits declaredMemory() {
        return module.memorySection().orElseThrow().getMemory(0).limits();
    }

    /// Pages that an isolate has at its start.
    public int initialPages() {
        return state == null
                ? declaredMemory().initialPages()
                : state.memory().size() / GuestMemory.PAGE_SIZE;
    }

    public GuestCode code() {
        return code;
    }

    /// The functions that every run calls first, in order.
    int[] starts() {
        return starts;
    }

    boolean interprets() {
        return interprets;
    }

    @Nullable InitialState state() {
        return state;
    }
}
