package dev.cress.wasm.fastly;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/// What a guest asks of its runtime: the ABI's version, what it has used, and products that there
/// are none of (`fastly_abi`, `fastly_compute_runtime`, `fastly_purge`).
final class RuntimeCalls {
    private static final long ABI_VERSION = 1;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final int MIB = 1 << 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private RuntimeCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_abi").bind("init", RuntimeCalls::init);
        bindings.module("fastly_compute_runtime")
                .bind("get_vcpu_ms", RuntimeCalls::cpu)
                .bind("get_heap_mib", RuntimeCalls::memory)
                .bind("has_domain_inspector", (_, p) -> p.answer(0, 0))
                .bind("has_image_optimizer", (_, p) -> p.answer(0, 0))
                .bind("has_origin_inspector", (_, p) -> p.answer(0, 0));
    }

    private static void init(FastlyRun run, Passed passed) {
        if (passed.wide(0) != ABI_VERSION) {
            throw new Refused(Status.ERROR);
        }
    }

    /// CPU time since the guest's first call of this kind, which its SDK makes as it starts.
    private static void cpu(FastlyRun run, Passed passed) {
        passed.answerWide(0, (cpuNanos() - run.cpuStartNanos()) / NANOS_PER_MS);
    }

    /// CPU time of this thread.
    static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private static void memory(FastlyRun run, Passed passed) {
        passed.answer(0, (int) ((run.memory().size() + MIB - 1L) / MIB));
    }
}
