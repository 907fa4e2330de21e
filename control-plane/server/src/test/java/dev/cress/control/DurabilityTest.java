package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api.FunctionInfo;
import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.Position;
import dev.cress.contract.Route;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

class DurabilityTest {
    @TempDir Path folder = Path.of("");
    @TempDir Path copy = Path.of("");

    /// The files as a crash would leave them: nothing is closed before they are copied.
    private void crash() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName().toString()));
            }
        }
    }

    @Test
    void whatWasAnsweredIsThereAfterACrash() throws IOException {
        FunctionInfo before;
        try (var plane = Plane.start(folder)) {
            plane.deployed("hello", 1, new Route("example.com", "/a"));
            plane.deployed("hello", 2);
            plane.deploy("hello", plane.version("hello", 3), 500);
            before = plane.get("/v1/functions/hello").as(FunctionInfo.class);
            crash();
        }
        try (var plane = Plane.start(copy)) {
            assertThat(plane.get("/v1/functions/hello").as(FunctionInfo.class)).isEqualTo(before);
            assertThat(plane.get("/v1/modules").json().path("items")).hasSize(3);
            assertThat(plane.deployed("hello", 4).revision()).isEqualTo(4);
        }
    }

    @Test
    void aNodeGoesOnWithADeltaAfterARestart() {
        Position before;
        try (var plane = Plane.start(folder)) {
            plane.deployed("other", 3);
            plane.deployed("hello", 1);
            try (var node = plane.node("fra-1")) {
                node.awaitRevision(2);
                before = node.position();
            }
            plane.deployed("hello", 2);
        }
        try (var plane = Plane.start(folder);
                var node = FakeNode.connect(plane.control, "fra-1", before, true)) {
            assertThat(node.first(Delta.class).position().revision()).isEqualTo(3);
            assertThat(node.all(Snapshot.class)).isEmpty();
        }
    }

    @Test
    void nodesThatAreGoneAreMissedByNameAfterARestartUntilForgotten() {
        try (var plane = Plane.start(folder);
                var node = plane.node("fra-1")) {
            plane.deployed("hello", 1);
            node.awaitRevision(1);
        }
        try (var plane = Plane.start(folder)) {
            var nodes = plane.get("/v1/nodes").json();
            assertThat(nodes.at("/items/0/node/name").asText()).isEqualTo("fra-1");
            assertThat(nodes.at("/items/0/connected").asBoolean()).isFalse();
            assertThat(
                            plane.get("/v1/functions/hello/rollout")
                                    .json()
                                    .at("/nodes/0/state")
                                    .asText())
                    .isEqualTo("offline");
            assertThat(plane.delete("/v1/nodes/fra-1").status()).isEqualTo(204);
        }
        try (var plane = Plane.start(folder)) {
            assertThat(plane.get("/v1/nodes").json().path("items")).isEmpty();
        }
    }

    @Test
    void theLogHasNoGapsAndEachRevisionTheHashOfTheOneBefore() throws SQLException {
        int commits = 20;
        try (var plane = Plane.start(folder)) {
            plane.version("hello", 1);
            plane.version("hello", 2);
            for (int i = 0; i < commits; i++) {
                plane.deploy("hello", 1 + i % 2, 10_000);
                plane.postDeployment("hello", 9, 10_000);
            }
        }
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "SELECT number, previous, hash FROM revision ORDER BY number")) {
            int expected = 1;
            String hash = "";
            while (rows.next()) {
                assertThat(rows.getInt(1)).isEqualTo(expected++);
                assertThat(hash).isIn("", rows.getString(2));
                hash = rows.getString(3);
            }
            assertThat(expected).isEqualTo(commits + 1);
        }
    }
}
