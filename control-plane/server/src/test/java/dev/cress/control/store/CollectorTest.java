package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Api.Collected;
import dev.cress.contract.Bundle;
import dev.cress.contract.Filter;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.Quota;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;
import dev.cress.control.store.Blobs.Kind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// What a collector takes out of the store and what it leaves, on each engine.
@ParameterizedClass
@EnumSource(Engine.class)
class CollectorTest {
    private static final FunctionName HELLO = new FunctionName("hello");
    private static final Duration ZERO = Duration.ZERO;
    private static final TenantName ACME = new TenantName("acme");

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private StoreLocation location;
    private OpenStore open;

    @BeforeEach
    void open() {
        location = engine.fresh(folder);
        open = new OpenStore(location);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private Collected collect(Duration kept) {
        return await(open.collector().collect(kept, null)).orElseThrow();
    }

    private Collected collectNow() {
        return collect(Duration.ZERO);
    }

    private boolean isStored(Sha256 module) {
        return await(open.store.uploaded().module(module)).isPresent();
    }

    private List<Integer> collectedVersions(FunctionName name) {
        return await(open.store.versions(name, Long.MAX_VALUE, 100)).stream()
                .filter(Version::collected)
                .map(Version::number)
                .toList();
    }

    private void deploy(FunctionName name, int version) {
        await(open.store.deploy(Terms.NONE, name, version, 10_000));
    }

    private Sha256 upload(TenantName tenant, byte[] bytes) {
        var sha256 = Sha256.of(bytes);
        await(
                open.store
                        .uploaded()
                        .addModule(
                                new Uploaded.Sender(tenant, null),
                                sha256,
                                bytes.length,
                                "wasi-cgi",
                                file(sha256, bytes)));
        return sha256;
    }

    private Path file(Sha256 sha256, byte[] bytes) {
        try {
            return Files.write(folder.resolve(sha256.hex()), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BundleInfo bundle(byte[] bytes) {
        var sha256 = Sha256.of(bytes);
        return await(
                open.store
                        .uploaded()
                        .addBundle(
                                new Uploaded.Sender(TenantName.DEFAULT, null),
                                sha256,
                                bytes.length,
                                1,
                                file(sha256, bytes)));
    }

    private long count(String sql, Object... arguments) {
        return await(open.store.read(tables -> tables.transaction().count(sql, arguments)));
    }

    @Test
    void whatTheLastDeploymentsNameStaysAndTheRestGoes() {
        for (int i = 1; i <= 9; i++) {
            open.released("hello", open.module(folder, i));
        }
        Sha256 loose = open.module(folder, 100);
        assertThat(collect(Duration.ofDays(7))).isEqualTo(new Collected(0, 0, 0, true));
        var collected = collectNow();
        // The present deployment and the five before it name versions 4 to 9.
        assertThat(collected.modules()).isEqualTo(4);
        assertThat(collected.whole()).isTrue();
        assertThat(isStored(loose)).isFalse();
        assertThat(collectedVersions(HELLO)).containsExactly(3, 2, 1);
        assertThat(collectNow()).isEqualTo(new Collected(0, 0, 0, true));
        for (int version = 8; version >= 4; version--) {
            deploy(HELLO, version);
        }
        assertThat(count("SELECT count(*) FROM module_chunk")).isEqualTo(6);
    }

    @Test
    void whatIsYoungStays() {
        Sha256 loose = open.module(folder, 1);
        await(open.version("hello", open.module(folder, 2)));
        assertThat(collect(Duration.ofMinutes(5)).modules()).isZero();
        assertThat(isStored(loose)).isTrue();
        String sentLongAgo = "UPDATE holding SET asked_at_ms = 0";
        await(open.store.aside(tables -> tables.transaction().update(sentLongAgo)));
        assertThat(collect(Duration.ofMinutes(5)).modules()).isEqualTo(1);
        assertThat(isStored(loose)).isFalse();
        assertThat(collectedVersions(HELLO)).isEmpty();
    }

    @Test
    void whatIsSentAgainIsAsGoodAsNew() {
        byte[] bytes = "a module".getBytes(UTF_8);
        Sha256 module = open.module(folder, bytes);
        await(
                open.store.aside(
                        tables ->
                                tables.transaction()
                                        .update("UPDATE holding SET asked_at_ms = 1000")));
        await(open.store.uploaded().again(TenantName.DEFAULT, module));
        assertThat(collect(Duration.ofMinutes(5)).modules()).isZero();
        assertThat(isStored(module)).isTrue();
    }

    @Test
    void whatWasCollectedIsRefusedInWordsAndWorksOnceUploadedAgain() {
        Sha256 first = open.module(folder, 1);
        await(open.version("hello", first));
        open.released("hello", open.module(folder, 2));
        collectNow();
        assertThatThrownBy(() -> deploy(HELLO, 1))
                .isInstanceOf(Refusal.class)
                .hasMessage(
                        "version 1 of hello needs module %s, stored no more: upload it again"
                                .formatted(first));
        assertThatThrownBy(() -> await(open.store.rollback(Terms.NONE, HELLO, 1)))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.problem().status()).isEqualTo(409));
        var releasing = new Releasing(open.store, InstantSource.system());
        assertThatThrownBy(
                        () -> await(releasing.deploy(Terms.NONE, HELLO, 1, RolloutStepsTest.WAVES)))
                .hasMessageContaining("stored no more: upload it again");
        assertThatThrownBy(() -> await(open.release("other", first)))
                .hasMessageContaining("is not stored: upload it first");
        open.module(folder, 1);
        assertThat(collectedVersions(HELLO)).isEmpty();
        deploy(HELLO, 1);
        assertWhole(first);
    }

    @Test
    void aTenantsQuotaHasRoomAgainAndAnothersBytesStay() {
        await(open.store.tenancy().create(Terms.NONE, ACME, new Quota(10, 16L, null, null)));
        byte[] shared = "8 bytes!".getBytes(UTF_8);
        upload(ACME, shared);
        upload(ACME, "8 others".getBytes(UTF_8));
        Sha256 ours = upload(TenantName.DEFAULT, shared);
        open.released("hello", ours);
        assertThatThrownBy(() -> upload(ACME, "more".getBytes(UTF_8)))
                .hasMessageContaining("quota storage");
        assertThat(collectNow().modules()).isEqualTo(1);
        assertThat(await(open.store.tenancy().get(ACME)).usage().storageBytes()).isZero();
        assertWhole(ours);
        assertThat(await(open.store.uploaded().module(ACME, ours))).isEmpty();
    }

    @Test
    void archivesAndFiltersStayWithTheirVersions() {
        Sha256 module = open.module(folder, 1);
        byte[] filter = "a filter".getBytes(UTF_8);
        var sha256 = Sha256.of(filter);
        await(
                open.store
                        .uploaded()
                        .addModule(
                                new Uploaded.Sender(TenantName.DEFAULT, null),
                                sha256,
                                filter.length,
                                Filter.ABI,
                                file(sha256, filter)));
        var archive = bundle("an archive".getBytes(UTF_8));
        var loose = bundle("another".getBytes(UTF_8));
        var manifest =
                Manifest.DEFAULT
                        .with(new Bundle(archive.sha256(), archive.bytes(), false))
                        .with(List.of(new Filter(sha256, filter.length, Map.of())));
        await(open.store.createVersion(Terms.NONE, HELLO, module, manifest, 10_000));
        assertThat(collectNow()).isEqualTo(new Collected(0, 1, loose.bytes(), true));
        assertThat(await(open.store.uploaded().bundle(archive.sha256()))).isPresent();
        assertThat(await(open.store.uploaded().bundle(loose.sha256()))).isEmpty();
        assertWhole(sha256);
        for (int i = 2; i <= 8; i++) {
            open.released("hello", open.module(folder, i));
        }
        assertThat(collectNow().archives()).isEqualTo(1);
        assertThat(isStored(sha256)).isFalse();
        assertThatThrownBy(() -> deploy(HELLO, 1))
                .hasMessageContaining("needs assets " + archive.sha256());
    }

    @Test
    void nothingIsLeftOfADeletedFunction() {
        open.released("hello", open.module(folder, 1));
        for (int i = 2; i <= 9; i++) {
            open.released("hello", open.module(folder, i));
        }
        collectNow();
        await(open.store.delete(Terms.NONE, HELLO));
        assertThat(collectNow().modules()).isEqualTo(6);
        collectNow();
        assertThat(count("SELECT count(*) FROM module")).isZero();
        assertThat(count("SELECT count(*) FROM module_chunk")).isZero();
        assertThat(count("SELECT count(*) FROM version_blob")).isZero();
    }

    private static byte[] random(int seed, int bytes) {
        byte[] all = new byte[bytes];
        new Random(seed).nextBytes(all);
        return all;
    }

    private void assertWhole(Sha256 module) {
        var digest = Sha256.digest();
        for (int at = 0; ; at++) {
            var chunk = await(open.store.uploaded().moduleChunk(module, at));
            if (chunk.isEmpty()) {
                break;
            }
            digest.update(chunk.get());
        }
        assertThat(Sha256.ofDigest(digest.digest())).isEqualTo(module);
    }

    /// The bytes of the largest go in several transactions.
    @Test
    void anUploadBetweenTwoStepsOfACollectorFindsNothingOfTheOldBytesInItsWay() {
        byte[] bytes = random(1, (Garbage.CHUNKS + 2) * Chunks.CHUNK_BYTES + 7);
        Sha256 module = open.module(folder, bytes);
        await(open.store.aside(tables -> garbage(tables).holdings(Garbage.Place.FIRST, ZERO)));
        var found = await(open.store.aside(tables -> garbage(tables).unheld(Kind.MODULE, "")));
        assertThat(found.count()).isEqualTo(1);
        assertThat(found.bytes()).isEqualTo(bytes.length);
        await(open.store.aside(tables -> garbage(tables).chunks(Kind.MODULE)));
        assertThat(count("SELECT count(*) FROM module_chunk")).isEqualTo(3);
        assertThat(isStored(module)).isFalse();
        open.module(folder, bytes);
        assertThat(collect(Duration.ofDays(1)).modules()).isZero();
        assertWhole(module);
    }

    private static Garbage garbage(Tables tables) {
        return new Garbage(tables.transaction(), tables.log());
    }

    @Test
    void oneServerAtATimeCollects() {
        Sha256 module = open.module(folder, 1);
        Lease others =
                await(open.store.acquire("blob-collection", Duration.ofMinutes(1))).orElseThrow();
        try (var other = new OpenStore(location)) {
            assertThat(await(other.collector().collect(ZERO, null))).isEmpty();
            assertThat(isStored(module)).isTrue();
            await(open.store.release(others));
            assertThat(await(other.collector().collect(ZERO, null))).isPresent();
        }
        assertThat(isStored(module)).isFalse();
    }

    /// A store of the build before says nothing of what versions need: its upgrade does.
    @Test
    void aStoreOfTheBuildBeforeKeepsWhatItsFunctionsRetain() {
        for (int i = 1; i <= 9; i++) {
            open.released("hello", open.module(folder, i));
        }
        var archive = bundle("an archive".getBytes(UTF_8));
        var filter = open.module(folder, 20);
        String named =
                "{\"assets\": {\"sha256\": \"%s\"}, \"filter\": [{\"module\": \"%s\"}]}"
                        .formatted(archive.sha256(), filter);
        long before =
                await(
                        open.store.change(
                                tables -> {
                                    var transaction = tables.transaction();
                                    transaction.update(
                                            "UPDATE version SET manifest = ? WHERE number = 9",
                                            named);
                                    long rows = rows(transaction);
                                    transaction.update("DELETE FROM version_blob");
                                    Schema.STEPS.stream()
                                            .flatMap(List::stream)
                                            .filter(sql -> fills(sql))
                                            .map(transaction.dialect()::definition)
                                            .forEach(transaction::execute);
                                    assertThat(rows(transaction)).isEqualTo(rows + 2);
                                    return transaction.count(
                                            "SELECT count(*) FROM version_blob WHERE retained = 1");
                                }));
        assertThat(before).isEqualTo(8);
        assertThat(collectNow().modules()).isEqualTo(3);
        assertThat(isStored(filter)).isTrue();
    }

    private static boolean fills(String sql) {
        return sql.startsWith("INSERT INTO version_blob")
                || sql.equals(Schema.BLOBS_OF_BUNDLES)
                || sql.equals(Schema.BLOBS_OF_FILTERS)
                || sql.equals(Schema.BLOBS_RETAINED);
    }

    private static long rows(Transaction transaction) {
        return transaction.count("SELECT count(*) FROM version_blob");
    }

    @Test
    void aBackupKnowsWhatWasCollected() {
        await(open.version("hello", open.module(folder, 1)));
        open.released("hello", open.module(folder, 2));
        collectNow();
        var copy = new StoreLocation.InFile(folder.resolve("backup.db"), 1 << 30);
        assertThat(StoreCopy.backup(location, copy).blobs()).isEqualTo(1);
        open.close();
        open = new OpenStore(copy);
        assertThat(collectedVersions(HELLO)).containsExactly(1);
        assertThatThrownBy(() -> deploy(HELLO, 1)).hasMessageContaining("upload it again");
        assertThat(collectNow().modules()).isZero();
    }

    /// Of 32 MiB.
    @Test
    void aFileGivesTheDiskItsSpaceBack() throws IOException {
        if (!(location instanceof StoreLocation.InFile(Path file, long _))) {
            return;
        }
        for (int i = 0; i < 4; i++) {
            open.module(folder, random(i, 8 << 20));
        }
        open.close();
        long full = Files.size(file);
        assertThat(full).isGreaterThan(32 << 20);
        open = new OpenStore(location);
        assertThat(collectNow().bytes()).isEqualTo(32 << 20);
        open.close();
        assertThat(Files.size(file)).isLessThan(1 << 20);
        open = new OpenStore(location);
    }
}
