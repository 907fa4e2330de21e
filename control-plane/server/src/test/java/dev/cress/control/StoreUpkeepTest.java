package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Api.FunctionInfo;
import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.Position;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.control.store.Engine;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

class StoreUpkeepTest {
    @TempDir Path folder = Path.of("");

    private final String url = Engine.freshUrl();
    private FunctionInfo hello;
    private Sha256 module;
    private Position position;

    @BeforeEach
    void deploySomething() {
        try (var plane = Plane.start(folder)) {
            module = plane.module(1);
            plane.deployed("hello", 1, new Route("example.com", "/a"));
            plane.deployed("hello", 2);
            hello = plane.get("/v1/functions/hello").as(FunctionInfo.class);
            try (var node = plane.node("fra-1")) {
                node.awaitRevision(2);
                position = node.position();
            }
        }
    }

    private Plane moved() {
        return Plane.start(folder, config -> config.withStore(url));
    }

    private void alter(String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void everythingIsThereAndNodesGoOnFromWhereTheyStand() {
        var copied = StoreUpkeep.move(folder, url);
        assertThat(copied.position()).isEqualTo(position);
        assertThat(copied.revisions()).isEqualTo(2);
        assertThat(copied.blobs()).isEqualTo(2);
        try (var plane = moved();
                var node = FakeNode.connect(plane.control, "fra-1", position, true)) {
            assertThat(plane.get("/v1/functions/hello").as(FunctionInfo.class)).isEqualTo(hello);
            assertThat(plane.get("/v1/modules/" + module).status()).isEqualTo(200);
            plane.deployed("hello", 3);
            node.awaitRevision(3);
            assertThat(node.all(Snapshot.class)).isEmpty();
            assertThat(node.all(Delta.class)).hasSize(1);
        }
    }

    @Test
    void theFoldersOwnStoreIsNotStartedAgain() {
        StoreUpkeep.move(folder, url);
        assertThatThrownBy(() -> Plane.start(folder))
                .hasMessageContaining("was moved to jdbc:postgresql://localhost")
                .hasMessageContaining("name that with --store")
                .hasMessageNotContaining("user=");
    }

    @Test
    void aMoveThatEndedBeforeTheFolderKnewIsFinishedByAnother() throws SQLException {
        StoreUpkeep.move(folder, url);
        alter("DELETE FROM setting WHERE name = 'moved_to'");
        assertThat(StoreUpkeep.move(folder, url).position()).isEqualTo(position);
        assertThatThrownBy(() -> Plane.start(folder)).hasMessageContaining("was moved to");
    }

    @Test
    void aDatabaseThatHoldsSomethingElseIsLeftAlone() {
        Position other;
        try (var plane = moved()) {
            other = plane.deployed("mine", 9).revision() == 1 ? position : Position.NOWHERE;
        }
        assertThat(other).isEqualTo(position);
        assertThatThrownBy(() -> StoreUpkeep.move(folder, url))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("is not empty: it has a log of epoch");
        try (var plane = moved()) {
            assertThat(plane.get("/v1/functions/mine").status()).isEqualTo(200);
        }
        try (var plane = Plane.start(folder)) {
            assertThat(plane.get("/v1/functions/hello").status()).isEqualTo(200);
        }
    }

    @Test
    void whatWasAlteredIsNotCarriedOverAndTheDatabaseStaysEmpty() throws SQLException {
        alter("UPDATE module_chunk SET bytes = x'00'");
        assertThatThrownBy(() -> StoreUpkeep.move(folder, url))
                .hasMessageContaining("is not what its digest says");
        alter("UPDATE revision SET change = replace(change, 'hello', 'hallo') WHERE number = 1");
        assertThatThrownBy(() -> StoreUpkeep.move(folder, url))
                .hasMessageContaining("revision 1 of the log does not follow");
        try (var plane = moved()) {
            assertThat(plane.get("/v1/functions").json().path("items")).isEmpty();
        }
    }

    @Test
    void aStoreInUseAndAFolderWithoutOneAreNamed(@TempDir Path empty) {
        try (var _ = Plane.start(folder)) {
            assertThatThrownBy(() -> StoreUpkeep.move(folder, url))
                    .hasMessageContaining("is in use");
        }
        assertThatThrownBy(() -> StoreUpkeep.move(empty, url))
                .hasMessage("data folder %s has no store.db", empty);
    }

    /// Serves what was restored, and says what a node is told that had followed the store before.
    private void assertRestored(Plane plane) {
        assertThat(plane.get("/v1/functions/hello").as(FunctionInfo.class)).isEqualTo(hello);
        assertThat(plane.get("/v1/modules/" + module).status()).isEqualTo(200);
        try (var node = FakeNode.connect(plane.control, "fra-1", position, true)) {
            assertThat(node.first(Snapshot.class).position().revision()).isEqualTo(2);
            assertThat(node.position().epoch()).isNotEqualTo(position.epoch());
            plane.deployed("hello", 3);
            node.awaitRevision(3);
        }
        assertThat(plane.get("/metrics").text()).contains("cress_control_alarms_total 1.0");
    }

    @Test
    void aBackupOfARunningFileIsRestoredToAFolderAndToADatabase(@TempDir Path elsewhere) {
        Path file = elsewhere.resolve("backup.db");
        try (var plane = Plane.start(folder)) {
            var copied = StoreUpkeep.backup(folder.toString(), file);
            assertThat(copied.position()).isEqualTo(position);
            assertThat(copied.blobs()).isEqualTo(2);
            plane.deployed("later", 4);
        }
        StoreUpkeep.restore(file, elsewhere.resolve("data").toString());
        try (var plane = Plane.start(elsewhere.resolve("data"))) {
            assertRestored(plane);
        }
        StoreUpkeep.restore(file, url);
        try (var plane = moved()) {
            assertRestored(plane);
        }
    }

    @Test
    void aBackupOfARunningDatabaseIsOneStateOfEverything(@TempDir Path elsewhere) {
        Path file = elsewhere.resolve("backup.db");
        StoreUpkeep.move(folder, url);
        try (var plane = moved()) {
            var going = new AtomicBoolean(true);
            int version = plane.version("hello", 3);
            var deploying =
                    CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; going.get(); i++) {
                                    plane.deploy("hello", i % 2 == 0 ? version : 2, 10_000);
                                }
                            });
            var copied = StoreUpkeep.backup(url, file);
            going.set(false);
            deploying.join();
            assertThat(copied.revisions()).isEqualTo(copied.position().revision());
            StoreUpkeep.restore(file, elsewhere.resolve("data").toString());
            try (var restored = Plane.start(elsewhere.resolve("data"))) {
                assertThat(restored.get("/v1/status").json().at("/position/revision").asLong())
                        .isEqualTo(copied.position().revision());
            }
        }
    }

    @Test
    void aBackupIsForItsOwnerAndReplacesNothing(@TempDir Path elsewhere) throws IOException {
        Path file = elsewhere.resolve("backup.db");
        StoreUpkeep.backup(folder.toString(), file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(elsewhere).isDirectoryNotContaining("glob:**backup.db-*");
        assertThatThrownBy(() -> StoreUpkeep.backup(folder.toString(), file))
                .hasMessage("%s is there already", file);
        assertThatThrownBy(() -> StoreUpkeep.restore(file, folder.toString()))
                .hasMessageContaining("is not empty");
        assertThatThrownBy(() -> StoreUpkeep.restore(elsewhere.resolve("none"), url))
                .hasMessageContaining("there is no backup");
    }

    @Test
    void aBackupThatWasAlteredIsNotRestored(@TempDir Path elsewhere) throws SQLException {
        alter("UPDATE module_chunk SET bytes = x'00'");
        Path file = elsewhere.resolve("backup.db");
        assertThatThrownBy(() -> StoreUpkeep.backup(folder.toString(), file))
                .hasMessageContaining("is not what its digest says");
        assertThat(elsewhere).isEmptyDirectory();
        Path copy = folder.resolve("store.db");
        assertThatThrownBy(() -> StoreUpkeep.restore(copy, url))
                .hasMessageContaining("is not what its digest says");
        try (var plane = moved()) {
            assertThat(plane.get("/v1/functions").json().path("items")).isEmpty();
        }
    }
}
