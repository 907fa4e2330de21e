package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Quota;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Two servers claim the same thing at the same time, 1,000 times over. Some rounds are under way
/// at once, so that both engines' batches overlap.
@ParameterizedClass
@EnumSource(Engine.class)
@Order(2)
class ConcurrentClaimsTest {
    private static final int ROUNDS = 1_000;
    private static final int AT_ONCE = 40;

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private OpenStore one;
    private OpenStore other;
    private Sha256 module;

    @BeforeEach
    void open() {
        var location = engine.fresh(folder);
        one = new OpenStore(location).follow();
        other = new OpenStore(location).follow();
        module = one.module(folder, 1);
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    /// What one server claims in a round.
    private interface Claim<T> {
        Future<T> make(OpenStore store, int round, String who);
    }

    /// What both got, null where it was refused.
    private record Round<T>(@Nullable T first, @Nullable T second) {
        boolean hasOneWinner() {
            return (first == null) != (second == null);
        }
    }

    private <T> List<Round<T>> rounds(String refusal, Claim<T> claim) {
        List<Round<T>> rounds = new ArrayList<>();
        for (int from = 0; from < ROUNDS; from += AT_ONCE) {
            List<Future<T>> firsts = new ArrayList<>();
            List<Future<T>> seconds = new ArrayList<>();
            for (int round = from; round < Math.min(from + AT_ONCE, ROUNDS); round++) {
                firsts.add(claim.make(one, round, "a"));
                seconds.add(claim.make(other, round, "b"));
            }
            for (int i = 0; i < firsts.size(); i++) {
                rounds.add(new Round<>(won(refusal, firsts.get(i)), won(refusal, seconds.get(i))));
            }
        }
        return rounds;
    }

    private static <T> @Nullable T won(String refusal, Future<T> answer) {
        try {
            return await(answer);
        } catch (Refusal e) {
            assertThat(e.problem().code()).isEqualTo(refusal);
            return null;
        }
    }

    @Test
    void aRouteHasOneHolder() {
        var rounds =
                rounds(
                        "route-taken",
                        (store, round, who) ->
                                store.release(
                                        who + round,
                                        module,
                                        new Route("example.com", "/" + round)));
        assertThat(rounds).hasSize(ROUNDS).allMatch(Round::hasOneWinner);
        assertThat(one.store.load().position().revision()).isEqualTo(ROUNDS);
        assertThat(one.numbersHeard()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aNameHasOneRowOfVersions() {
        var rounds =
                rounds(
                        "none",
                        (store, round, who) ->
                                store.version(
                                        "f" + round,
                                        module,
                                        new Route("example.com", "/" + who + round)));
        for (var round : rounds) {
            assertThat(List.of(number(round.first), number(round.second)))
                    .containsExactlyInAnyOrder(1, 2);
        }
    }

    private static int number(@Nullable VersionCreated created) {
        return Objects.requireNonNull(created).version().number();
    }

    /// HTTP's `if-match`: of two that saw the same function one may change it.
    @Test
    void aFunctionThatWasSeenIsChangedOnce() {
        List<String> seen = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            one.released("f" + round, module);
            var function = await(one.store.function(new FunctionName("f" + round)));
            seen.add(EntityTags.of(Json.write(function)));
        }
        var rounds =
                rounds(
                        "precondition-failed",
                        (store, round, who) ->
                                store.release(
                                        new Terms(null, seen.get(round), null),
                                        "f" + round,
                                        module,
                                        new Route("example.com", "/" + who + round)));
        assertThat(rounds).hasSize(ROUNDS).allMatch(Round::hasOneWinner);
    }

    /// No constraint of the database guards a count.
    @Test
    void aLimitIsNotPassed() {
        var rounds =
                rounds(
                        "too-many",
                        (store, round, who) ->
                                store.store.change(tables -> claimPlace(tables, round, who)));
        assertThat(rounds).hasSize(ROUNDS).allMatch(Round::hasOneWinner);
    }

    private static String claimPlace(Tables tables, int round, String who) {
        var transaction = tables.transaction();
        String prefix = "round-" + round + "-";
        long taken =
                transaction.count("SELECT count(*) FROM setting WHERE name LIKE ?", prefix + "%");
        if (taken > 0) {
            throw Refusal.conflict("too-many", "Too many", "there is one already");
        }
        transaction.update("INSERT INTO setting (name, value) VALUES (?, ?)", prefix + who, who);
        return who;
    }

    private static <T> long winners(List<Round<T>> rounds) {
        return rounds.stream()
                .mapToLong(r -> (r.first == null ? 0 : 1) + (r.second == null ? 0 : 1))
                .sum();
    }

    @Test
    void aTenantsFunctionsAreNoMoreThanItsQuota() {
        var acme = new TenantName("acme");
        int most = ROUNDS / 2;
        await(one.store.tenancy().create(Terms.NONE, acme, new Quota(most, null, null, null)));
        Sha256 ours = uploaded(one, acme, "a module");
        var rounds =
                rounds(
                        "quota-exceeded",
                        (store, round, who) -> store.version(who + round + ".acme", ours));
        assertThat(winners(rounds)).isEqualTo(most);
        assertThat(await(one.store.tenancy().get(acme)).usage().functions()).isEqualTo(most);
    }

    private Sha256 uploaded(OpenStore store, TenantName tenant, String text) {
        var upload = upload(store, tenant, text);
        return await(upload).orElseThrow().sha256();
    }

    private Future<Optional<ModuleInfo>> upload(OpenStore store, TenantName tenant, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var sha256 = Sha256.of(bytes);
        try {
            Path file = Files.write(folder.resolve(sha256.hex()), bytes);
            return store.store
                    .uploaded()
                    .addModule(
                            new Uploaded.Sender(tenant, null),
                            sha256,
                            bytes.length,
                            "wasi-cgi",
                            file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Uploads don't wait for the log's head.
    @Test
    void aTenantsBytesAreNoMoreThanItsQuota() {
        var acme = new TenantName("acme");
        int most = ROUNDS / 2;
        var quota = new Quota(null, 8L * most, null, null);
        await(one.store.tenancy().create(Terms.NONE, acme, quota));
        var rounds =
                rounds(
                        "quota-exceeded",
                        (store, round, who) ->
                                upload(store, acme, "%s-%06d".formatted(who, round)));
        assertThat(winners(rounds)).isEqualTo(most);
        assertThat(await(one.store.tenancy().get(acme)).usage().storageBytes())
                .isEqualTo(8L * most);
    }

    /// Compare-and-set: of two that saw the same value one may replace it.
    @Test
    void aValueThatWasSeenIsReplacedOnce() {
        var rounds =
                rounds(
                        "changed",
                        (store, round, who) ->
                                store.store.change(tables -> replace(tables, round, who)));
        assertThat(rounds).hasSize(ROUNDS).allMatch(Round::hasOneWinner);
    }

    private static String replace(Tables tables, int round, String who) {
        var transaction = tables.transaction();
        var seen =
                transaction.first(
                        "SELECT value FROM setting WHERE name = ?",
                        row -> row.getString(1),
                        "value-" + round);
        if (seen.isPresent()) {
            throw Refusal.conflict("changed", "Changed", "it is " + seen.get());
        }
        transaction.update(
                """
                INSERT INTO setting (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value\
                """,
                "value-" + round,
                who);
        return who;
    }
}
