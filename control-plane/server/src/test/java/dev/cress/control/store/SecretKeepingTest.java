package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Grants;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Quota;
import dev.cress.contract.SecretsApi.HeldSecret;
import dev.cress.contract.SecretsApi.SecretInfo;
import dev.cress.contract.TenantName;
import dev.cress.contract.Warmup;
import dev.cress.identity.DataKey;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Secrets as a store keeps them, on each engine, with two servers at it that have one key.
@ParameterizedClass
@EnumSource(Engine.class)
class SecretKeepingTest {
    private static final TenantName ACME = new TenantName("acme");
    private static final Name KEY = new Name(TenantName.DEFAULT, "API_KEY");
    private static final DataKey AUDIENCE = DataKey.fresh();

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private final DataKey first = DataKey.fresh();
    private final DataKey second = DataKey.fresh();
    private StoreLocation location;
    private OpenStore one;
    private OpenStore other;
    private Path file;
    private SecretKeeping keeping;

    @BeforeEach
    void open() throws IOException {
        location = engine.fresh(folder);
        one = new OpenStore(location);
        other = new OpenStore(location);
        file = Files.writeString(folder.resolve("keys"), first.text() + "\n");
        keeping = keeping(one, SecretKeys.of(file));
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private static SecretKeeping keeping(OpenStore at, SecretKeys keys) {
        return SecretKeeping.open(at.store, keys, InstantSource.system());
    }

    private SecretInfo put(Name name, String value) {
        return await(keeping.put(Terms.NONE, name, value.getBytes(UTF_8)));
    }

    /// What nodes would be told.
    private static String told(SecretKeeping by, Name name) {
        var told = await(by.since(-1, AUDIENCE)).orElseThrow();
        Value value =
                told.changed().stream()
                        .filter(v -> v.secret().equals(name))
                        .findFirst()
                        .orElseThrow();
        byte[] sealed = Base64.getDecoder().decode(value.sealed());
        return new String(AUDIENCE.open(sealed, Value.context(name, value.version())), UTF_8);
    }

    private static void assertRefused(ThrowingCallable asked, String... words) {
        assertThatThrownBy(asked).isInstanceOf(Refusal.class).message().contains(words);
    }

    private void deployNaming(String function, String secret) {
        var manifest =
                new Manifest("auto", List.of(), Limits.DEFAULT, Map.of(), Warmup.DEFAULT)
                        .with(new Grants(List.of(), List.of(secret), List.of()));
        await(
                one.store.createVersion(
                        Terms.NONE,
                        new FunctionName(function),
                        one.module(folder, 1),
                        manifest,
                        10_000));
    }

    @Test
    void eachValueIsAnotherVersionAndNodesOfAllServersGetTheLast() {
        assertThat(put(KEY, "one").version()).isEqualTo(1);
        assertThat(put(KEY, "two").version()).isEqualTo(2);
        assertThat(told(keeping, KEY)).isEqualTo("two");
        assertThat(told(keeping(other, SecretKeys.of(file)), KEY)).isEqualTo("two");
        assertThat(await(keeping.list(TenantName.DEFAULT, "", 10)))
                .extracting(SecretInfo::name, SecretInfo::version)
                .containsExactly(tuple("API_KEY", 2));
    }

    @Test
    void noColumnHasTheValue() {
        put(KEY, "6f1d0b7c9a");
        String all =
                await(
                        one.store.read(
                                tables ->
                                        tables.transaction()
                                                .list(
                                                        "SELECT data_key, sealed FROM secret",
                                                        row -> row.getString(1) + row.getString(2))
                                                .toString()));
        assertThat(all)
                .hasSizeGreaterThan(100)
                .doesNotContain(
                        "6f1d0b7c9a",
                        Base64.getEncoder().encodeToString("6f1d0b7c9a".getBytes(UTF_8)));
    }

    @Test
    void aRowInAnothersPlaceOpensForNobody() {
        put(KEY, "mine");
        var another = new Name(TenantName.DEFAULT, "ANOTHER");
        put(another, "theirs");
        await(
                one.store.change(
                        tables ->
                                tables.transaction()
                                        .update(
                                                """
                                                UPDATE secret SET
                                                  data_key = (SELECT s.data_key FROM secret s
                                                    WHERE s.name = 'ANOTHER'),
                                                  sealed = (SELECT s.sealed FROM secret s
                                                    WHERE s.name = 'ANOTHER')
                                                WHERE name = 'API_KEY'\
                                                """)));
        var told = await(keeping.since(-1, AUDIENCE)).orElseThrow();
        assertThat(told.changed()).extracting(Value::secret).containsExactly(another);
    }

    @Test
    void whatARetainedVersionNamesStays() {
        put(KEY, "value");
        deployNaming("shop", "API_KEY");
        assertThat(await(keeping.get(KEY)).functions()).containsExactly(new FunctionName("shop"));
        assertRefused(() -> await(keeping.delete(Terms.NONE, KEY)), "API_KEY", "shop version 1");
        await(one.store.delete(Terms.NONE, new FunctionName("shop")));
        await(keeping.delete(Terms.NONE, KEY));
        assertRefused(() -> await(keeping.get(KEY)), "no secret API_KEY");
    }

    @Test
    void tenantsHaveTheirOwn() {
        await(one.store.tenancy().create(Terms.NONE, ACME, Quota.NONE));
        var acmes = new Name(ACME, "API_KEY");
        put(KEY, "default's");
        put(acmes, "acme's");
        assertThat(told(keeping, acmes)).isEqualTo("acme's");
        assertThat(told(keeping, KEY)).isEqualTo("default's");
        await(one.store.tenancy().delete(Terms.NONE, ACME));
        assertThat(await(keeping.since(-1, AUDIENCE)).orElseThrow().all()).containsExactly(KEY);
        assertRefused(() -> put(acmes, "late"), "no tenant acme");
    }

    @Test
    void eachLimitIsNamedWithTheValue() {
        assertRefused(() -> put(KEY, "x".repeat(SecretInfo.VALUE_BYTES_MAX + 1)), "65537", "65536");
        for (int i = 0; i < SecretRows.TENANT_BYTES_MAX / SecretInfo.VALUE_BYTES_MAX; i++) {
            put(new Name(TenantName.DEFAULT, "S" + i), "x".repeat(SecretInfo.VALUE_BYTES_MAX));
        }
        assertRefused(() -> put(KEY, "x"), "1048576 + 1 bytes", "1048576 bytes");
        assertThat(put(new Name(TenantName.DEFAULT, "S0"), "short").version()).isEqualTo(2);
    }

    @Test
    void anEntityTagThatIsOldChangesNothing() {
        put(KEY, "one");
        var old = new Terms(null, "\"seen-before\"", null);
        assertRefused(() -> await(keeping.put(old, KEY, new byte[1])), "API_KEY is");
        assertThat(told(keeping, KEY)).isEqualTo("one");
    }

    @Test
    void anotherKeyIsRefusedAtTheStartWithWhatToDo() {
        put(KEY, "value");
        assertThatThrownBy(() -> keeping(other, SecretKeys.of("the environment", second.text())))
                .isInstanceOf(StoreException.class)
                .message()
                .contains(first.id(), "the environment", "--secrets-key", "forget-secrets");
        assertThatThrownBy(() -> keeping(other, SecretKeys.none()))
                .isInstanceOf(StoreException.class);
        assertThat(SecretKeeping.forget(location)).isEqualTo(1);
        keeping(other, SecretKeys.of("the environment", second.text()));
    }

    @Test
    void withoutAKeyNothingIsKept() {
        var keyless = engine.fresh(folder);
        try (var store = new OpenStore(keyless)) {
            var none = keeping(store, SecretKeys.none());
            assertRefused(() -> await(none.put(Terms.NONE, KEY, new byte[1])), "CRESS_SECRETS_KEY");
        }
    }

    @Test
    void aKeyThatWasPutFirstTakesAllOver() throws IOException {
        put(KEY, "value");
        assertRefused(() -> await(keeping.rotate(Terms.NONE)), first.id(), "put another before it");
        Files.writeString(file, second.text() + "\n" + first.text() + "\n");
        var rotated = await(keeping.rotate(Terms.NONE));
        assertThat(rotated.key()).isEqualTo(second.id());
        assertThat(rotated.secrets()).isEqualTo(1);
        assertThat(told(keeping(other, SecretKeys.of("new", second.text())), KEY))
                .isEqualTo("value");
        assertThatThrownBy(() -> keeping(other, SecretKeys.of("old", first.text())))
                .isInstanceOf(StoreException.class);
    }

    @Test
    void aKeyOfItsOwnIsMadeAnewAndTheOldForgotten() throws IOException {
        var location = engine.fresh(folder);
        try (var store = new OpenStore(location)) {
            Path own = folder.resolve("secrets.key");
            var by = keeping(store, SecretKeys.own(own));
            String before = Files.readString(own);
            await(by.put(Terms.NONE, KEY, "value".getBytes(UTF_8)));
            await(by.rotate(Terms.NONE));
            assertThat(Files.readString(own)).hasLineCount(1).isNotEqualTo(before);
            assertThat(told(keeping(store, SecretKeys.own(own)), KEY)).isEqualTo("value");
            assertThat(await(by.put(Terms.NONE, KEY, "next".getBytes(UTF_8))).version())
                    .isEqualTo(2);
        }
    }

    private void note(boolean whole, Map<Name, Integer> told, Set<Name> taken) {
        await(keeping.held(Map.of("fra-1", new SecretKeeping.Held(whole, told, taken))));
    }

    @Test
    void whatANodeWasToldToForgetItHasNoMore() {
        var another = new Name(ACME, "API_KEY");
        note(false, Map.of(KEY, 1, another, 1), Set.of());
        note(false, Map.of(KEY, 2), Set.of(another));
        assertThat(await(keeping.held("fra-1"))).isEqualTo(Map.of(KEY, 2));
        note(true, Map.of(another, 3), Set.of());
        assertThat(await(keeping.held("fra-1"))).isEqualTo(Map.of(another, 3));
        assertThat(await(keeping.held("iad-1"))).isEmpty();
    }

    @Test
    void aBackupHasThemUnderTheSameKey() {
        put(KEY, "value");
        await(
                keeping.held(
                        Map.of("fra-1", new SecretKeeping.Held(false, Map.of(KEY, 1), Set.of()))));
        var copy = new StoreLocation.InFile(folder.resolve("backup.db"), 1 << 30);
        StoreCopy.backup(location, copy);
        try (var store = new OpenStore(copy)) {
            assertThat(told(keeping(store, SecretKeys.of(file)), KEY)).isEqualTo("value");
            List<HeldSecret> held =
                    await(store.store.read(tables -> new HeldRows(tables).of("fra-1")));
            assertThat(held).hasSize(1);
        }
    }
}
