package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.FunctionName;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What one server has for itself, on each engine, and what is done under it.
@ParameterizedClass
@EnumSource(Engine.class)
class LeaseTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int AT_ONCE = 100;
    private static final Duration OVER_AT_ONCE = Duration.ZERO;

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private OpenStore one;
    private OpenStore other;

    @BeforeEach
    void open() {
        var location = engine.fresh(folder);
        one = new OpenStore(location);
        other = new OpenStore(location);
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private static Optional<Lease> take(OpenStore store, Duration time) {
        return await(store.store.acquire("work", time));
    }

    private static int write(OpenStore store, Lease lease) {
        return await(
                store.store.under(
                        lease,
                        tables ->
                                tables.transaction()
                                        .update(
                                                """
                                                INSERT INTO setting (name, value) VALUES ('by', ?)
                                                ON CONFLICT (name)
                                                DO UPDATE SET value = excluded.value\
                                                """,
                                                lease.holder())));
    }

    private static String writer(OpenStore store) {
        return await(
                store.store.change(
                        tables ->
                                tables.transaction()
                                        .first(
                                                "SELECT value FROM setting WHERE name = 'by'",
                                                row -> row.getString(1))
                                        .orElse("nobody")));
    }

    @Test
    void oneHolderAtATime() {
        Lease lease = take(one, LONG).orElseThrow();
        assertThat(lease.holder()).isEqualTo(one.store.server());
        assertThat(take(other, LONG)).isEmpty();
        await(one.store.release(lease));
        assertThat(take(other, LONG).orElseThrow().token()).isGreaterThan(lease.token());
    }

    @Test
    void aHolderWhoseLeaseRanOutWritesNothingWithItsOldToken() {
        Lease old = take(one, LONG).orElseThrow();
        assertThat(write(one, old)).isEqualTo(1);
        Lease over = await(one.store.renew(old, OVER_AT_ONCE)).orElse(old);
        assertThatThrownBy(() -> write(one, over))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.FENCED));
        Lease taken = take(other, LONG).orElseThrow();
        write(other, taken);
        assertThatThrownBy(() -> write(one, old)).hasMessageContaining("ran out");
        assertThat(writer(one)).isEqualTo(other.store.server());
        assertThat(await(one.store.renew(old, LONG))).isEmpty();
        await(one.store.release(old));
        assertThat(write(other, taken)).isEqualTo(1);
    }

    @Test
    void aLeaseRunsOutByTheDatabasesClock() {
        Lease lease = take(one, Duration.ofSeconds(3)).orElseThrow();
        assertThat(take(other, LONG)).isEmpty();
        Awaitility.await().until(() -> take(other, LONG).isPresent());
        assertThatThrownBy(() -> write(one, lease)).hasMessageContaining("ran out");
    }

    @Test
    void whoTakesItAnewIsFencedFromItsFormerSelf() {
        Lease before = take(one, LONG).orElseThrow();
        Lease after = take(one, LONG).orElseThrow();
        assertThatThrownBy(() -> write(one, before)).hasMessageContaining("ran out");
        assertThat(write(one, after)).isEqualTo(1);
    }

    @Test
    void revisionsThatAreOldLeaveTheLogAndTheNewestStay() {
        var module = one.module(folder, 1);
        int made = Image.REVISIONS_MAX + 44;
        for (int i = 0; i < made; i++) {
            var release = one.release("hello-" + i, module);
            if (i % AT_ONCE == 0) {
                await(release);
            }
        }
        one.released("last", module);
        var before = one.store.load();
        assertThat(await(one.store.trimLog())).isZero();
        Lease others = await(other.store.acquire("log-retention", LONG)).orElseThrow();
        assertThat(await(new Retention(one.store).trim(OVER_AT_ONCE))).isZero();
        await(other.store.release(others));

        assertThat(await(new Retention(one.store).trim(OVER_AT_ONCE)))
                .isEqualTo(made + 1 - Image.REVISIONS_MAX);
        assertThat(one.store.load()).isEqualTo(before);
        long left = await(one.store.change(LeaseTest::count));
        assertThat(left).isEqualTo(Image.REVISIONS_MAX);
        assertThat(one.released("after", module).revision()).isEqualTo(made + 2);
        assertThat(await(one.store.deployments(new FunctionName("hello-0"), Long.MAX_VALUE, 10)))
                .hasSize(1);
    }

    private static long count(Tables tables) {
        return tables.transaction().count("SELECT count(*) FROM revision");
    }
}
