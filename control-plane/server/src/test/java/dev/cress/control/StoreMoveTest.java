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

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

class StoreMoveTest {
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
        var copied = StoreMove.run(folder, url);
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
        StoreMove.run(folder, url);
        assertThatThrownBy(() -> Plane.start(folder))
                .hasMessageContaining("was moved to jdbc:postgresql://localhost")
                .hasMessageContaining("name that with --store")
                .hasMessageNotContaining("user=");
    }

    @Test
    void aMoveThatEndedBeforeTheFolderKnewIsFinishedByAnother() throws SQLException {
        StoreMove.run(folder, url);
        alter("DELETE FROM setting WHERE name = 'moved_to'");
        assertThat(StoreMove.run(folder, url).position()).isEqualTo(position);
        assertThatThrownBy(() -> Plane.start(folder)).hasMessageContaining("was moved to");
    }

    @Test
    void aDatabaseThatHoldsSomethingElseIsLeftAlone() {
        Position other;
        try (var plane = moved()) {
            other = plane.deployed("mine", 9).revision() == 1 ? position : Position.NOWHERE;
        }
        assertThat(other).isEqualTo(position);
        assertThatThrownBy(() -> StoreMove.run(folder, url))
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
        assertThatThrownBy(() -> StoreMove.run(folder, url))
                .hasMessageContaining("is not what its digest says");
        alter("UPDATE revision SET change = replace(change, 'hello', 'hallo') WHERE number = 1");
        assertThatThrownBy(() -> StoreMove.run(folder, url))
                .hasMessageContaining("revision 1 of the log does not follow");
        try (var plane = moved()) {
            assertThat(plane.get("/v1/functions").json().path("items")).isEmpty();
        }
    }

    @Test
    void aStoreInUseAndAFolderWithoutOneAreNamed(@TempDir Path empty) {
        try (var _ = Plane.start(folder)) {
            assertThatThrownBy(() -> StoreMove.run(folder, url)).hasMessageContaining("is in use");
        }
        assertThatThrownBy(() -> StoreMove.run(empty, url))
                .hasMessage("data folder %s has no store.db to move", empty);
    }
}
