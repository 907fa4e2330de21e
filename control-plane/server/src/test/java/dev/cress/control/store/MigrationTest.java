package dev.cress.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.concurrent.CompletableFuture.runAsync;
import static java.util.concurrent.TimeUnit.SECONDS;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

/// Which builds go on with a store, on each engine: earlier ones and later ones of this line.
@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(60)
class MigrationTest {
    private static final List<Step> BEFORE_ALL_STEPS = List.of();
    private static final int NEXT = Steps.KNOWN + 1;
    private static final Step ADDS =
            Step.additive(
                    NEXT,
                    "notes",
                    "CREATE TABLE note (name TEXT PRIMARY KEY) STRICT",
                    "ALTER TABLE setting ADD COLUMN note TEXT NOT NULL DEFAULT 'none'");

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private Dialect store;

    @BeforeEach
    void make() {
        store = Dialect.of(engine.fresh(folder));
    }

    private static List<Step> ours(Step... more) {
        return Stream.concat(Steps.OURS.stream(), Stream.of(more)).toList();
    }

    private void opened(List<Step> steps) {
        Database.open(store, steps).close();
    }

    private long count(String sql) {
        try (var database = Database.open(store)) {
            return database.read(transaction -> transaction.count(sql));
        }
    }

    private static int run(Database database, String sql) {
        return database.write(transaction -> transaction.update(sql));
    }

    @Test
    void theBuildBeforeGoesOnWithAStoreThatThisOneChanged() {
        opened(BEFORE_ALL_STEPS);
        try (var before = Database.open(store, BEFORE_ALL_STEPS);
                var now = Database.open(store)) {
            assertThat(run(before, "INSERT INTO setting (name, value) VALUES ('a', '1')")).isOne();
            assertThat(run(now, "INSERT INTO node_relay VALUES ('n', 's', 1, 'r')")).isOne();
            int version = now.read(store::schemaVersion);
            assertThat(version).isEqualTo(Schema.VERSION);
        }
        try (var again = Database.open(store, BEFORE_ALL_STEPS)) {
            assertThat(again.unknownSteps()).hasSize(Steps.OURS.size());
        }
        assertThat(count("SELECT count(*) FROM node_relay")).isOne();
        assertThat(count("SELECT count(*) FROM setting WHERE name = 'a'")).isOne();
    }

    @Test
    void whatANewerBuildAddsIsPassedOver() {
        opened(ours(ADDS));
        try (var database = Database.open(store)) {
            assertThat(database.unknownSteps())
                    .singleElement()
                    .asString()
                    .startsWith("step %d (notes) of cress ".formatted(NEXT));
            run(database, "INSERT INTO setting (name, value) VALUES ('a', '1')");
        }
        assertThat(count("SELECT count(*) FROM setting WHERE note = 'none'")).isOne();
    }

    @Test
    void whatANewerBuildTookAwayStopsThoseThatUseIt() {
        var takes = Step.needing(NEXT, NEXT + 1, "no kv", "DROP TABLE tag");
        opened(ours(ADDS, takes));
        opened(ours(ADDS));
        assertThatThrownBy(() -> opened(Steps.OURS))
                .hasMessageContaining("has schema %d", NEXT)
                .hasMessageContaining("this program knows up to %d", Steps.KNOWN)
                .hasMessageContaining("Start that one again, or restore a backup");
    }

    @Test
    void nothingIsTakenAwayWhileAServerLivesThatUsesIt() {
        opened(Steps.OURS);
        var takes = Step.needing(NEXT, NEXT + 1, "no tags", "DROP TABLE tag");
        try (var before = Database.open(store, BEFORE_ALL_STEPS)) {
            run(
                    before,
                    "INSERT INTO server (id, seen_ms, routers) VALUES ('old', %s, 0)"
                            .formatted(store.nowMs()));
            assertThatThrownBy(() -> opened(ours(ADDS, takes)))
                    .hasMessageContaining("is used by 1 control planes that can't go on")
                    .hasMessageContaining("stop them first");
            assertThat(count("SELECT count(*) FROM tag")).isZero();
            assertThat(count("SELECT max(number) FROM schema_step")).isEqualTo(Steps.KNOWN);
            run(before, "UPDATE server SET knows = " + NEXT);
            opened(ours(ADDS, takes));
            opened(ours(ADDS));
        }
    }

    @Test
    void aServerSaysWhatItKnows() {
        try (var database = Database.open(store)) {
            database.write(
                    transaction -> {
                        var servers = new Servers(transaction);
                        servers.beat("me", 0);
                        assertThat(servers.livingBefore(Steps.KNOWN)).isZero();
                        assertThat(servers.livingBefore(NEXT)).isOne();
                        return 0;
                    });
        }
    }

    @Test
    void aStepThatFailsHalfWayLeavesNothing() {
        opened(BEFORE_ALL_STEPS);
        var breaks =
                Step.additive(
                        NEXT,
                        "notes",
                        "CREATE TABLE note (name TEXT PRIMARY KEY) STRICT",
                        "no SQL");
        assertThatThrownBy(() -> opened(ours(breaks))).isInstanceOf(StoreException.class);
        try (var database = Database.open(store, BEFORE_ALL_STEPS)) {
            assertThat(database.unknownSteps()).isEmpty();
            assertThat(
                            database.<Boolean>read(
                                    transaction ->
                                            store.hasTable(transaction, "note")
                                                    || store.hasTable(transaction, "node_relay")))
                    .isFalse();
        }
        opened(ours(ADDS));
        assertThat(count("SELECT count(*) FROM note")).isZero();
    }

    /// On PostgreSQL both are in their transactions before either looks; on SQLite only one can be.
    @Test
    void ofServersThatStartAtOnceOneMakesTheSteps() {
        opened(BEFORE_ALL_STEPS);
        var bothBegan = new CountDownLatch(store.isShared() ? 2 : 1);
        Function<Transaction, List<String>> migration =
                transaction -> {
                    bothBegan.countDown();
                    awaitZero(bothBegan);
                    return new Migration(Steps.OURS).bring(transaction);
                };
        try (var threads = Executors.newFixedThreadPool(2)) {
            var one = runAsync(() -> Database.open(store, migration).close(), threads);
            var other = runAsync(() -> Database.open(store, migration).close(), threads);
            one.join();
            other.join();
        }
        assertThat(count("SELECT count(*) FROM schema_step")).isEqualTo(Steps.OURS.size());
    }

    private static void awaitZero(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStoreOfAnotherLineOfBuildsIsLeftAlone() {
        opened(ours(ADDS));
        var other = Step.additive(NEXT, "others", "CREATE TABLE other (a INTEGER) STRICT");
        assertThatThrownBy(() -> opened(ours(other)))
                .hasMessageContaining("has step %d (notes)", NEXT)
                .hasMessageContaining("knows it as step %d (others)", NEXT);
    }

    @Test
    void stepsHaveTheirPlace() {
        var late = Step.additive(NEXT + 1, "late", "CREATE TABLE late (a INTEGER) STRICT");
        assertThatThrownBy(() -> opened(ours(late))).hasMessageContaining("out of its place");
    }

    @Test
    void aCopyHasWhatStepsAdded() {
        var to = Dialect.of(new StoreLocation.InFile(folder.resolve("copy.db"), 1 << 30));
        try (var source = Database.open(store, ours(ADDS))) {
            run(source, "INSERT INTO setting (name, value, note) VALUES ('epoch', 'e', 'kept')");
        }
        try (var source = Database.openAsIs(store);
                var target = Database.open(to)) {
            assertThatThrownBy(() -> StoreCopy.backup(source, target))
                    .hasMessageContaining("step %d (notes)", NEXT)
                    .hasMessageContaining("which this cress would leave out");
        }
        try (var source = Database.open(store, ours(ADDS));
                var target = Database.open(to, ours(ADDS))) {
            source.write(
                    transaction -> {
                        new RevisionLog(transaction).ensureHead("e");
                        return 0;
                    });
            StoreCopy.backup(source, target);
            assertThat(
                            target.<Long>read(
                                    transaction ->
                                            transaction.count(
                                                    "SELECT count(*) FROM setting WHERE note ="
                                                            + " 'kept'")))
                    .isOne();
        }
    }

    @Test
    void aStoreOfTheBuildBeforeIsCopiedAsItStands() {
        var to = Dialect.of(new StoreLocation.InFile(folder.resolve("copy.db"), 1 << 30));
        try (var before = Database.open(store, BEFORE_ALL_STEPS)) {
            before.write(
                    transaction -> {
                        new RevisionLog(transaction)
                                .ensureHead(Settings.ensure(transaction).epoch());
                        return 0;
                    });
        }
        try (var source = Database.openAsIs(store);
                var target = Database.open(to)) {
            StoreCopy.backup(source, target);
            assertThat(
                            source.<Boolean>read(
                                    transaction -> store.hasTable(transaction, "node_relay")))
                    .isFalse();
            assertThat(target.<Integer>read(to::schemaVersion)).isEqualTo(Schema.VERSION);
        }
    }
}
