package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Api.FunctionSummary;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Api.TokenInfo;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;

import io.vertx.core.Future;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// What [Store] guarantees, on each engine.
@ParameterizedClass
@EnumSource(Engine.class)
class StoreContractTest {
    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private StoreLocation location;
    private OpenStore open;
    private Sha256 module;

    @BeforeEach
    void open() {
        location = engine.fresh(folder);
        open = new OpenStore(location).follow();
        module = open.module(folder, 1);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private Store store() {
        return open.store;
    }

    @Test
    void whatWasAnsweredIsThereWhenTheStoreIsOpenedAgain() {
        open.released("hello", module, new Route("example.com", "/a"));
        var info = await(store().function(new FunctionName("hello")));
        var image = store().load();
        var settings = store().settings();
        open.close();
        open = new OpenStore(location);
        assertThat(await(store().function(new FunctionName("hello")))).isEqualTo(info);
        assertThat(store().load()).isEqualTo(image);
        assertThat(store().settings()).isEqualTo(settings);
        assertThat(image.position().revision()).isEqualTo(1);
    }

    @Test
    void revisionsHaveNoGapAndEachTheHashOfTheOneBefore() {
        String before = store().load().position().hash();
        for (int i = 0; i < 5; i++) {
            open.released("hello-" + i, module);
            assertThatThrownBy(
                            () ->
                                    await(
                                            store().deploy(
                                                            Terms.NONE,
                                                            new FunctionName("none"),
                                                            1,
                                                            10_000)))
                    .isInstanceOf(Refusal.class);
        }
        await(store().delete(Terms.NONE, new FunctionName("hello-3")));
        var newest = store().load().newest();
        assertThat(newest)
                .extracting(revision -> revision.position().revision())
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        for (Passed revision : newest) {
            assertThat(revision.previous()).isEqualTo(before);
            before = revision.position().hash();
        }
        assertThat(store().load().position()).isEqualTo(newest.getLast().position());
    }

    @Test
    void theListenerHearsOfEachRevisionOnceInOrderAndBeforeItsAnswer() {
        List<Future<Integer>> heardBefore = new ArrayList<>();
        int count = 120;
        for (int i = 0; i < count; i++) {
            heardBefore.add(
                    open.release("hello-" + i, module).map(_ -> open.numbersHeard().size()));
        }
        for (int i = 0; i < count; i++) {
            assertThat(await(heardBefore.get(i))).isGreaterThan(i);
        }
        assertThat(open.numbersHeard())
                .isEqualTo(LongStream.rangeClosed(1, count).boxed().toList());
    }

    @Test
    void oneThatIsRefusedLeavesTheOthersOfItsBatchAlone() {
        var route = new Route("example.com", "/");
        List<Future<?>> answers =
                IntStream.range(0, 2 * Batches.BATCH_MAX)
                        .<Future<?>>mapToObj(i -> open.release("hello-" + i, module, route))
                        .toList();
        int made = 0;
        for (Future<?> answer : answers) {
            try {
                await(answer);
                made++;
            } catch (Refusal e) {
                assertThat(e.problem().code()).isEqualTo("route-taken");
            }
        }
        assertThat(made).isEqualTo(1);
        assertThat(await(store().functions(null))).hasSize(1);
        assertThat(open.numbersHeard()).containsExactly(1L);
    }

    @Test
    void namesAreSortedByTheirBytes() {
        for (String name : List.of("ab", "a-c", "a0", "aa")) {
            open.released(name, module);
        }
        assertThat(await(store().functions(null)))
                .extracting(FunctionSummary::name)
                .extracting(FunctionName::value)
                .containsExactly("a-c", "a0", "aa", "ab");
    }

    private static TokenCreated told(StoredToken token) {
        return new TokenCreated(
                new TokenInfo(token.id(), token.name(), "read", null, 1, null, null), "secret");
    }

    @Test
    void textThatOneEngineCouldNotHoldIsRefusedOnBoth() {
        for (String name : List.of("a\0b", "half \uD83D of a pair", "\uDE00")) {
            var token = new StoredToken("id", Sha256.of(new byte[1]), name, Scope.READ, 1);
            assertThatThrownBy(() -> await(store().putToken(Terms.NONE, token, told(token))))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("can't be stored");
        }
        var whole = new StoredToken("id", Sha256.of(new byte[1]), "\uD83D\uDE00 é", Scope.READ, 1);
        await(store().putToken(Terms.NONE, whole, told(whole)));
        assertThat(store().load().tokens()).containsExactly(whole);
    }

    @Test
    void aModuleComesBackByteForByteAndIsStoredOnce() {
        byte[] bytes = new byte[Chunks.CHUNK_BYTES + 7];
        new java.util.Random(1).nextBytes(bytes);
        Sha256 sha256 = open.module(folder, bytes);
        Path file = folder.resolve(sha256.hex());
        assertThat(
                        await(
                                store().uploaded()
                                        .addModule(
                                                new Uploaded.Sender(TenantName.DEFAULT, null),
                                                sha256,
                                                bytes.length,
                                                "other",
                                                file)))
                .isEmpty();
        assertThat(await(store().uploaded().module(sha256)).orElseThrow().abi())
                .isEqualTo("wasi-cgi");
        byte[] first = await(store().uploaded().moduleChunk(sha256, 0)).orElseThrow();
        byte[] second = await(store().uploaded().moduleChunk(sha256, 1)).orElseThrow();
        assertThat(first).hasSize(Chunks.CHUNK_BYTES).startsWith(bytes[0], bytes[1]);
        assertThat(second).hasSize(7).endsWith(bytes[bytes.length - 1]);
        assertThat(await(store().uploaded().moduleChunk(sha256, 2))).isEmpty();
    }

    @Test
    void anUploadThatCanNotBeReadBackLeavesNothing() {
        var sha256 = Sha256.of(new byte[9]);
        assertThatThrownBy(
                        () ->
                                await(
                                        store().uploaded()
                                                .addModule(
                                                        new Uploaded.Sender(
                                                                TenantName.DEFAULT, null),
                                                        sha256,
                                                        9,
                                                        "wasi-cgi",
                                                        folder.resolve("no"))))
                .isInstanceOf(StoreException.class);
        assertThat(await(store().uploaded().module(sha256))).isEmpty();
    }

    @Test
    void aStoreOfANewerProgramIsLeftAlone() {
        open.close();
        var dialect = Dialect.of(location);
        try (var database = Database.open(dialect)) {
            database.write(
                    transaction -> {
                        dialect.putSchemaVersion(transaction, Steps.KNOWN + 1);
                        return 0;
                    });
        }
        assertThatThrownBy(() -> new OpenStore(location))
                .hasMessageContaining(
                        "has schema %d, this program knows up to %d"
                                .formatted(Steps.KNOWN + 1, Steps.KNOWN));
        try (var connection = dialect.connect()) {
            dialect.putSchemaVersion(new Transaction(connection, dialect), Schema.VERSION);
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
        open = new OpenStore(location);
    }
}
