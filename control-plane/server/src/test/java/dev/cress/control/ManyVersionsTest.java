package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api.FunctionSummary;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Route;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

class ManyVersionsTest {
    @TempDir private Path folder;

    private Plane plane;

    @BeforeEach
    void start() {
        plane = Plane.start(folder);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private void fillUpTo(int versions) throws SQLException {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                var statement =
                        connection.prepareStatement(
                                """
                                WITH RECURSIVE n(i) AS
                                  (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
                                INSERT INTO version (function, number, module, manifest, created_at_ms)
                                SELECT function, i, module, manifest, created_at_ms
                                FROM n, version WHERE number = 1\
                                """)) {
            statement.setInt(1, versions);
            statement.executeUpdate();
        }
    }

    @Test
    void aFunctionHasAtMostTenThousandVersions() throws SQLException {
        int number = plane.version("hello", 1);
        fillUpTo(10_000);
        Reply refused = plane.postVersion("hello", plane.module(2), Plane.manifest());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("too-many-versions");
        assertThat(refused.detail())
                .isEqualTo(
                        "hello has 10000 versions, at most 10000: deploy to another name, or delete"
                                + " it");
        assertThat(plane.deploy("hello", number, 10_000).unchanged()).isFalse();
    }

    @Test
    void theStatusHasTheNewestDeploymentOfEachFunctionAndNoManifests() {
        plane.deployed("hello", 1);
        var newest = plane.deployed("hello", 2, new Route("manifest.example.com", "/*"));
        plane.version("idle", 3);
        Reply status = plane.get("/v1/status");
        assertThat(status.as(FleetStatus.class).functions())
                .containsExactly(
                        new FunctionSummary(newest.function(), newest.deployment()),
                        new FunctionSummary(new FunctionName("idle"), null));
        assertThat(status.text()).doesNotContain("manifest");
        assertThat(plane.get("/v1/functions").text()).doesNotContain("manifest");
    }
}
