package dev.cress.wasm;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.isolate.GuestMemory;
import dev.cress.wasm.isolate.GuestTables;

import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.MemoryLimits;

import java.util.function.Function;

/// A module made ready to run: parsed, validated, compiled, its imports resolved. Immutable and
/// thread-safe; any number of runs share it.
public final class Image {
    private final Abi abi;
    private final WasmModule module;
    private final Function<Instance, Machine> machineFactory;
    private final ImportValues imports;
    private final MemoryLimits declaredMemory;

    Image(
            Abi abi,
            WasmModule module,
            Function<Instance, Machine> machineFactory,
            ImportValues imports) {
        this.abi = abi;
        this.module = module;
        this.machineFactory = machineFactory;
        this.imports = imports;
        this.declaredMemory = module.memorySection().orElseThrow().getMemory(0).limits();
    }

    /// The entry convention by which it runs.
    public Abi abi() {
        return abi;
    }

    /// The memory that it starts with.
    public long initialMemoryBytes() {
        return (long) declaredMemory.initialPages() * GuestMemory.PAGE_SIZE;
    }

    MemoryLimits declaredMemory() {
        return declaredMemory;
    }

    /// A fresh instance on this memory: data and elements initialised, the start section run,
    /// `_start` not yet.
    Instance instantiate(GuestMemory memory) {
        return Instance.builder(module)
                .withMachineFactory(machineFactory)
                .withImportValues(imports)
                .withMemoryFactory(_ -> memory)
                .withTableFactory(GuestTables::create)
                .withStart(false)
                .build();
    }
}
