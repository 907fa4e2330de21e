package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// One server collects without a pause and leaves nothing alone for being young, while another one
/// uploads, makes versions and deploys them, 1,000 times over.
@ParameterizedClass
@EnumSource(Engine.class)
@Order(3)
class CollectorRaceTest {
    private static final int ROUNDS = 1_000;
    private static final int ATTEMPTS_MAX = 200;

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private final AtomicBoolean done = new AtomicBoolean();
    private OpenStore author;
    private OpenStore collector;
    private int refusedModules;
    private int refusedVersions;

    @BeforeEach
    void open() {
        var location = engine.fresh(folder);
        author = new OpenStore(location);
        collector = new OpenStore(location);
    }

    @AfterEach
    void close() {
        author.close();
        collector.close();
    }

    private int collectUntilDone() {
        int modules = 0;
        while (!done.get()) {
            modules +=
                    await(collector.collector().collect(Duration.ZERO, null))
                            .orElseThrow()
                            .modules();
        }
        return modules;
    }

    @Test
    void whatIsDeployedIsWholeOrItsUploadIsAskedForAgain() {
        var collecting = CompletableFuture.supplyAsync(this::collectUntilDone);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                var name = new FunctionName("f" + round % 50);
                Sha256 module = deployed(name, round);
                assertWhole(module);
            }
        } finally {
            done.set(true);
        }
        int collected = collecting.join();
        assertThat(collected).isPositive();
        assertThat(refusedModules).isPositive();
        assertThat(refusedVersions).isPositive();
        for (var state : author.store.load().functions()) {
            state.versions().forEach(version -> assertWhole(version.module()));
        }
    }

    /// Uploads and deploys in three steps, as often as the collector comes between two of them.
    private Sha256 deployed(FunctionName name, int round) {
        int version = 0;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Sha256 module = author.module(folder, round);
            try {
                if (version == 0) {
                    version = await(author.version(name.value(), module)).version().number();
                }
                await(author.store.deploy(Terms.NONE, name, version, 10_000));
                return module;
            } catch (Refusal e) {
                switch (e.problem().code()) {
                    case "unknown-module" -> refusedModules++;
                    case "version-collected" -> refusedVersions++;
                    default -> throw e;
                }
            }
        }
        throw new AssertionError("round %d found its module gone each time".formatted(round));
    }

    private void assertWhole(Sha256 module) {
        assertThat(await(author.store.uploaded().module(module))).isPresent();
        byte[] bytes = await(author.store.uploaded().moduleChunk(module, 0)).orElseThrow();
        assertThat(Sha256.of(bytes)).isEqualTo(module);
    }
}
