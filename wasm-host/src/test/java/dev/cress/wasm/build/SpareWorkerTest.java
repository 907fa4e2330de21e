package dev.cress.wasm.build;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.build.ChildBuilder.Limits;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.scan.ModuleScan;
import dev.cress.wasm.stop.Watchdog;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Where builds are expected one worker waits for the next, and no worker builds twice.
@Timeout(60)
@Isolated("counts this JVM's children")
class SpareWorkerTest {
    private static final byte[] GOOD = Assembler.withMemory(1).start(bytes().end()).toBytes();
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ChildBuilder builder = new ChildBuilder(Limits.DEFAULT);

    @AfterEach
    void noProcessIsLeft() {
        builder.close();
        await().atMost(SOON).until(() -> workers().isEmpty());
    }

    private static List<ProcessHandle> workers() {
        return ProcessHandle.current().children().toList();
    }

    private static ProcessHandle theWorker() {
        await().atMost(SOON).until(() -> workers().size() == 1);
        return workers().getFirst();
    }

    @Test
    void nothingIsStartedAheadUnlessBuildsAreExpected() throws RefusedModuleException {
        builder.build(GOOD, Wanted.AUTO);
        await().atMost(SOON).until(() -> workers().isEmpty());
    }

    @Test
    void eachBuildHasAWorkerOfItsOwnAndTheNextOneWaits() throws RefusedModuleException {
        builder.expectBuilds();
        ProcessHandle first = theWorker();
        assertThat(builder.build(GOOD, Wanted.AUTO).starts()).isEmpty();
        await().atMost(SOON).until(() -> !first.isAlive());
        ProcessHandle second = theWorker();
        assertThat(second.pid()).isNotEqualTo(first.pid());
        builder.expectBuilds();
        assertThat(theWorker()).isEqualTo(second);
    }

    @Test
    void aWorkerThatDiedWhileItWaitedIsReplaced() throws RefusedModuleException {
        builder.expectBuilds();
        ProcessHandle first = theWorker();
        first.destroyForcibly();
        first.onExit().join();
        assertThat(builder.build(GOOD, Wanted.AUTO).starts()).isEmpty();
        assertThat(theWorker().pid()).isNotEqualTo(first.pid());
    }

    @Test
    void aWorkerWaitsForAWhileOnly() {
        try (var hasty = new ChildBuilder(Limits.DEFAULT, Duration.ofMillis(100))) {
            hasty.expectBuilds();
            await().atMost(SOON).until(() -> workers().isEmpty());
        }
    }

    @Test
    void closingEndsTheOneThatWaitsAndNoneIsStartedAfterIt() {
        builder.expectBuilds();
        ProcessHandle worker = theWorker();
        builder.close();
        await().atMost(SOON).until(() -> !worker.isAlive());
        builder.expectBuilds();
        assertThat(workers()).isEmpty();
    }

    @Test
    void aWorkerEndsWhenTheProcessThatStartedItIsKilled() throws IOException {
        Process host =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                SpareHost.class.getName())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        ProcessHandle worker;
        try (var said = host.inputReader()) {
            worker = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            assertThat(worker.isAlive()).isTrue();
        } finally {
            host.destroyForcibly();
        }
        await().atMost(SOON).until(() -> !worker.isAlive());
    }

    @Test
    void whatIsRehearsedIsAModuleThatIsTakenAndRuns() throws RefusedModuleException {
        byte[] module = BuildRehearsal.module();
        assertThat(ModuleScan.scan(module).functions()).isEqualTo(3);
        try (var watchdog = new Watchdog()) {
            var image = ModuleBuild.build(module, Wanted.AUTO, new MemoryBudget(1 << 20), watchdog);
            assertThat(image.starts()).isEmpty();
            assertThat(image.compiled().interpreted()).isEmpty();
        }
    }
}
