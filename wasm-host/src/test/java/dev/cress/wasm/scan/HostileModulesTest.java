package dev.cress.wasm.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;

import dev.cress.wasm.guest.RefusedModuleException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/// What no compiler wrote is refused, with the reason, before it costs anything.
class HostileModulesTest {
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// What an exception and its message take, and the classes that a first scan loads.
    private static final long FIXED_BYTES = 1 << 20;

    private static RefusedModuleException refusal(Hostile hostile) {
        var refused =
                catchThrowableOfType(
                        RefusedModuleException.class, () -> ModuleScan.scan(hostile.module()));
        assertThat(refused).as("refusal").isNotNull();
        return refused;
    }

    @ParameterizedTest
    @MethodSource("dev.cress.wasm.scan.HostileModules#all")
    void isRefusedWithTheThingTheValueAndTheLimit(Hostile hostile) {
        RefusedModuleException refused = refusal(hostile);
        assertThat(refused.getMessage()).contains(hostile.said());
        assertThat(refused.code()).isEqualTo(hostile.code());
        assertThat(refused.getMessage()).hasSizeLessThan(300).doesNotContain("\n");
    }

    @ParameterizedTest
    @MethodSource("dev.cress.wasm.scan.HostileModules#all")
    void isRefusedInLittleTimeAndMemory(Hostile hostile) {
        refusal(hostile);
        long cpu = THREAD.getCurrentThreadCpuTime();
        long allocated = THREAD.getCurrentThreadAllocatedBytes();
        refusal(hostile);
        allocated = THREAD.getCurrentThreadAllocatedBytes() - allocated;
        cpu = THREAD.getCurrentThreadCpuTime() - cpu;
        assertThat(allocated).isLessThan(FIXED_BYTES + 8L * hostile.module().length);
        assertThat(Duration.ofNanos(cpu)).isLessThan(Duration.ofMillis(250));
    }

    @Test
    void whatOnlyLooksHostilePasses() throws RefusedModuleException {
        assertThat(ModuleScan.scan(LargestModules.nested()).functions()).isEqualTo(1);
        assertThat(ModuleScan.scan(LargestModules.locals()).functions()).isEqualTo(250);
        assertThat(ModuleScan.scan(LargestModules.tables()).functions()).isZero();
        assertThat(ModuleScan.scan(LargestModules.customSections()).customBytes()).isEqualTo(1_000);
    }
}
