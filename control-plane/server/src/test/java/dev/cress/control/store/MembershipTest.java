package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.Api.JoinTokenCreated;
import dev.cress.contract.Api.MemberRemoved;
import dev.cress.contract.Member;
import dev.cress.contract.Role;
import dev.cress.contract.Sha256;
import dev.cress.contract.Trust;
import dev.cress.contract.VerifyingKey;

import io.vertx.core.Future;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Who is let in, and stays a member, on each engine, with two servers at it.
@ParameterizedClass
@EnumSource(Engine.class)
class MembershipTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final Member FRA = new Member(Role.NODE, "fra", "fra-1");

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private final AtomicInteger serials = new AtomicInteger();
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

    private static Sha256 digest(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private void token(String secret, String name) {
        var grant = new JoinGrant(Role.NODE, "fra", name, 50.1, 8.7);
        var trust = new Trust(null, List.of());
        await(
                new Membership(one.store)
                        .putJoinToken(
                                Terms.NONE,
                                digest(secret),
                                grant,
                                end -> new JoinTokenCreated(secret, end, trust)));
    }

    private Issued issue(Member member) {
        String serial = member.name() + serials.incrementAndGet();
        return new Issued(serial, NOW_MS + Duration.ofDays(7).toMillis(), "");
    }

    private Future<Membership.Joined> asks(OpenStore at, String secret, String key, String name) {
        return new Membership(at.store)
                .join(digest(secret), digest(key), name, "fra", NOW_MS, this::issue);
    }

    private StoredMember joined(OpenStore at, String secret, String key, String name) {
        return await(asks(at, secret, key, name)).member();
    }

    private Future<Membership.Joined> renews(OpenStore at, String serial) {
        return new Membership(at.store).renew(FRA, serial, this::issue);
    }

    private static void assertRefused(ThrowingCallable asked, String... words) {
        assertThatThrownBy(asked).isInstanceOf(Refusal.class).message().contains(words);
    }

    private void timePasses(Duration time) {
        await(
                one.store.change(
                        tables ->
                                tables.transaction()
                                        .update(
                                                "UPDATE join_token SET ends_at_ms = ends_at_ms - ?",
                                                time.toMillis())));
    }

    private List<StoredMember> members() {
        return other.store.load().members();
    }

    @Test
    void whoeverHasTheSecretBecomesWhatTheTokenSays() {
        token("secret", "");
        var joined = await(asks(other, "secret", "key", "fra-1"));
        assertThat(joined.member().member()).isEqualTo(FRA);
        assertThat(joined.grant().latitude()).isEqualTo(50.1);
        assertThat(members()).containsExactly(joined.member());
        assertRefused(() -> joined(one, "another", "key", "fra-2"), "unknown");
    }

    @Test
    void aTokenWithANameLetsInNobodyElse() {
        token("secret", "fra-9");
        assertRefused(() -> joined(one, "secret", "key", "mallory"), "it is for fra-9");
        assertThat(joined(one, "secret", "key", "fra-9").member().name()).isEqualTo("fra-9");
    }

    @Test
    void aTokenOfAnotherRegionLetsInNobodyAndIsKept() {
        token("secret", "");
        var elsewhere =
                new Membership(one.store)
                        .join(digest("secret"), digest("key"), "iad-1", "iad", NOW_MS, this::issue);
        assertRefused(() -> await(elsewhere), "it is for region fra, not iad");
        assertThat(joined(one, "secret", "key", "fra-1").member()).isEqualTo(FRA);
    }

    @Test
    void aTokenLetsInOneKeyHoweverManyComeAtOnce() {
        token("secret", "");
        List<Future<Membership.Joined>> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            asked.add(asks(i % 2 == 0 ? one : other, "secret", "key " + i, "fra-" + i));
        }
        int refused = 0;
        for (Future<Membership.Joined> each : asked) {
            try {
                await(each);
            } catch (Refusal e) {
                assertThat(e).hasMessageContaining("was used already");
                refused++;
            }
        }
        assertThat(refused).isEqualTo(9);
        assertThat(members()).hasSize(1);
    }

    @Test
    void theSameKeyMayAskAgainAndIsOneMember() {
        token("secret", "");
        joined(one, "secret", "key", "fra-1");
        var again = joined(other, "secret", "key", "fra-1");
        assertThat(again.member()).isEqualTo(FRA);
        assertThat(members()).containsExactly(again);
    }

    @Test
    void aTokenEndsAfterAQuarterOfAnHourOnTheDatabasesClock() {
        token("early", "");
        token("late", "");
        timePasses(Duration.ofMinutes(14));
        joined(one, "early", "key", "fra-1");
        timePasses(Duration.ofMinutes(1));
        assertRefused(() -> joined(one, "late", "other key", "fra-2"), "ran out");
        assertRefused(() -> joined(one, "early", "key", "fra-1"), "ran out");
        assertThat(members()).hasSize(1);
    }

    @Test
    void aNameThatSomebodyHasIsNotGivenAgainAndTheTokenIsKept() {
        token("first", "");
        token("second", "");
        joined(one, "first", "key", "fra-1");
        assertRefused(() -> joined(other, "second", "other key", "fra-1"), "remove it first");
        assertThat(joined(other, "second", "other key", "fra-2").member().name())
                .isEqualTo("fra-2");
    }

    @Test
    void theCertificateThatAskedForTheNextStaysGoodAndOlderOnesDoNot() {
        token("secret", "");
        String first = joined(one, "secret", "key", "fra-1").serial();
        String second = await(renews(other, first)).member().serial();
        var lost = await(renews(one, first)).member();
        assertThat(lost.has(first)).isTrue();
        assertThat(lost.has(second)).isFalse();
        String fourth = await(renews(one, lost.serial())).member().serial();
        assertThat(members().getFirst().has(fourth)).isTrue();
        assertRefused(() -> await(renews(other, first)), "revoked");
    }

    private Future<MemberRemoved> removes(Terms terms) {
        return new Membership(other.store).remove(terms, "fra-1", MemberRemoved::new);
    }

    @Test
    void whoeverAsksAgainWhetherSomebodyIsRemovedHearsTheSame() {
        token("secret", "");
        joined(one, "secret", "key", "fra-1");
        var terms =
                new Terms(Once.of("operator", "secret", "key", Sha256.of(new byte[0])), null, null);
        var removed = await(removes(terms));
        assertThat(await(removes(terms))).isEqualTo(removed);
        assertRefused(() -> await(removes(Terms.NONE)), "nobody called fra-1");
    }

    @Test
    void aKeyThatWasRotatedOutIsKeptWithoutItsSecretAndEnds() {
        var first = new StoredKeys.Key(announced("a"), "secret a", 0);
        var next = new StoredKeys.Key(announced("b"), "secret b", 0);
        var rotated = new StoredKeys(List.of(first)).rotated(_ -> next, 1_000);
        assertThat(rotated.keys())
                .extracting(StoredKeys.Key::secret)
                .containsExactly("", "secret b");
        long end = 1_000 + Membership.KEYS_OVERLAP.toMillis();
        assertThat(rotated.announced(end - 1)).containsExactly(announced("a"), announced("b"));
        assertThat(rotated.announced(end)).containsExactly(announced("b"));
    }

    private static AnnouncedKey announced(String id) {
        return new AnnouncedKey(new VerifyingKey(id, "public"), "", "");
    }

    @Test
    void whoWasRemovedRenewsNothingAndTheNameIsFree() {
        token("secret", "");
        token("another", "");
        String serial = joined(one, "secret", "key", "fra-1").serial();
        assertThat(await(removes(Terms.NONE)).member().name()).isEqualTo("fra-1");
        assertRefused(() -> await(removes(Terms.NONE)), "nobody called fra-1");
        assertRefused(() -> await(renews(one, serial)), "revoked");
        assertRefused(() -> joined(one, "secret", "key", "fra-1"), "unknown");
        assertThat(joined(one, "another", "other key", "fra-1").has(serial)).isFalse();
        assertRefused(() -> await(renews(one, serial)), "revoked");
    }

    @Test
    void theAuthorityIsMadeOnceForAllServers() {
        String made = new Membership(one.store).authority(() -> "first");
        assertThat(new Membership(other.store).authority(() -> "second")).isEqualTo(made);
    }
}
