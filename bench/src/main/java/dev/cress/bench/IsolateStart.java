package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.isolate.Blueprint;
import dev.cress.wasm.isolate.Isolate;
import dev.cress.wasm.isolate.IsolatePool;
import dev.cress.wasm.isolate.IsolatePools;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.Instance;
import run.endive.wasm.WasmModule;

import java.time.Duration;
import java.util.Objects;

/// What one guest's isolates cost. Each method does one thing once and returns its nanoseconds. It
/// looks below the library's public face, since a whole run hides what its parts cost; a guest is
/// here as its [Stub]. Used by one thread.
final class IsolateStart implements AutoCloseable {
    /// One in so many resets is compared with a fresh isolate, as in production.
    private static final int INSPECT_EVERY = 10_000;

    private static final int PAGES_MAX =
            (int) (RunLimits.DEFAULT.memoryBytes() / GuestMemory.PAGE_SIZE);

    /// How stubs are entered, whatever convention the guests that they are made of show.
    private static final String ABI = "wasi-cgi";

    private final String guest;
    private final int empty;
    private final Guest asked;
    private final WasmHost host = WasmHost.withHalfTheHeap();
    private final Isolates isolates;
    private final Watchdog watchdog = new Watchdog();
    private final IsolatePools pools;
    private final IsolatePool pool;
    private final WasmModule module;
    private final GuestCode code;
    private final int memoryBytes;

    /// Here it is seen by others, so that it has to be made.
    private volatile byte[] array = {};

    IsolateStart(String guest, Stub stub) throws RefusedModuleException {
        this.guest = guest;
        this.empty = stub.empty();
        this.asked = Guest.named("hello");
        this.isolates = host.isolates(host.prepare(stub.module(), ABI));
        var budget = new MemoryBudget(Runtime.getRuntime().maxMemory() / 2);
        var content = ModuleBuild.build(stub.module(), new Wanted(ABI, false), budget, watchdog);
        this.pools = new IsolatePools(budget, INSPECT_EVERY, Duration.ofDays(1));
        this.code = GuestCode.load(content.compiled());
        var stripped = ModuleParser.parseStripped(content.stripped());
        var blueprint =
                Blueprint.startingFrom(
                        content.state(),
                        stripped,
                        code,
                        HostFunctions.importsOf(stripped),
                        !content.compiled().interpreted().isEmpty(),
                        content.starts());
        this.pool = pools.pool(blueprint, () -> {});
        this.module = ModuleParser.parse(stub.module());
        this.memoryBytes = blueprint.initialPages() * GuestMemory.PAGE_SIZE;
    }

    String guest() {
        return guest;
    }

    /// What the product says of a whole request: from the guest thread having the task until the
    /// guest is called.
    long poolHit() {
        return request().isolateStartNanos();
    }

    /// The same when no isolate waits.
    long poolMiss() {
        host.releaseIdle();
        return request().isolateStartNanos();
    }

    private RunResult request() {
        var exchange = asked.exchange();
        RunResult result = isolates.run(exchange, RunLimits.DEFAULT).execute();
        if (!(result.outcome() instanceof Outcome.Completed)) {
            throw new IllegalStateException(guest + " ended with " + result.outcome());
        }
        return result;
    }

    /// Takes an isolate and calls a function that does nothing; its reset isn't in the time.
    long acquire() {
        long start = System.nanoTime();
        Isolate isolate = Objects.requireNonNull(pool.acquire(PAGES_MAX));
        isolate.call(empty);
        long end = System.nanoTime();
        pool.release(isolate, true);
        return end - start;
    }

    /// Takes an isolate, calls a function that does nothing, gives it back reset.
    long cycle() {
        long start = System.nanoTime();
        cycleOnce();
        return System.nanoTime() - start;
    }

    /// Nanoseconds per cycle, over so many of them.
    long cycles(int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            cycleOnce();
        }
        return (System.nanoTime() - start) / count;
    }

    void cycleOnce() {
        Isolate isolate = Objects.requireNonNull(pool.acquire(PAGES_MAX));
        isolate.call(empty);
        pool.release(isolate, true);
    }

    /// An array of zeros as large as its memory: what a miss can't do without.
    long array() {
        long start = System.nanoTime();
        array = new byte[memoryBytes];
        long end = System.nanoTime();
        Objects.requireNonNull(array);
        return end - start;
    }

    /// The engine's own instance with the engine's own memory.
    long stock() {
        long start = System.nanoTime();
        Instance made =
                Instance.builder(module)
                        .withMachineFactory(code::machine)
                        .withImportValues(HostFunctions.importsOf(module))
                        .withMemoryFactory(ByteArrayMemory::new)
                        .withStart(false)
                        .build();
        long end = System.nanoTime();
        Objects.requireNonNull(made.memory());
        return end - start;
    }

    @Override
    public void close() {
        pools.close();
        watchdog.close();
        host.close();
    }
}
