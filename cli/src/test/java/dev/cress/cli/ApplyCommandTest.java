package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.contract.Json;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `cress apply` of folders, on a fleet.
class ApplyCommandTest {
    @TempDir private static Path folder;
    private static LocalFleet fleet;

    @BeforeAll
    static void start() throws IOException {
        fleet = new LocalFleet(folder.resolve("fleet"));
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static void write(Path plan, String name, String more) throws IOException {
        Path dir = Files.createDirectories(plan.resolve(name));
        Files.writeString(
                dir.resolve("cress.toml"),
                "name = \"%s\"\nmodule = \"%s\"\n%s"
                        .formatted(name, LocalFleet.module("hello"), more));
    }

    private static JsonNode functions() throws IOException {
        return Json.LENIENT.readTree(fleet.cress("status", "-o", "json").out());
    }

    @Test
    void aFolderIsShownThenDeployedAsOneRevision(@TempDir Path plan) throws IOException {
        write(plan, "one", "");
        write(plan, "two", "");
        Files.createDirectories(plan.resolve("no-function"));
        Cli shown = fleet.cress("apply", plan, "--dry-run");
        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.err()).contains("+ one: create", "+ two: create");
        assertThat(functions().at("/functions").toString()).doesNotContain("\"one\"");

        long before = functions().at("/position/revision").asLong();
        Cli first = fleet.cress("apply", plan);
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out())
                .isEqualToIgnoringNewLines(
                        "applied: 2 create, revision %d, serving on fra-1, iad-1"
                                .formatted(before + 1));
        assertThat(functions().at("/position/revision").asLong()).isEqualTo(before + 1);

        write(plan, "two", "[limits]\ncpu_ms = 500\n");
        write(plan, "three", "");
        Cli second = fleet.cress("apply", plan, "-o", "json");
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(second.err())
                .contains("= one: unchanged", "+ three: create", "~ two: update, against version 1")
                .contains("    ~ limits cpu_ms: 1000 → 500");
        JsonNode result = Json.LENIENT.readTree(second.out());
        assertThat(result.at("/plan/2/action").asText()).isEqualTo("UPDATE");
        assertThat(result.at("/applied/0/deployed/unchanged").asBoolean()).isTrue();
        assertThat(result.at("/applied/2/deployed/revision").asLong()).isEqualTo(before + 2);
        assertThat(result.at("/nodes/2/nodes/1/state").asText()).isEqualTo("serving");
    }

    @Test
    void theExamplesAreAPlanAndADryRunSendsNothing() throws IOException {
        Cli shown = fleet.cress("apply", Sources.ROOT.resolve("examples"), "--dry-run");
        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.err()).contains("+ greeter: create", "+ guard: create", "+ site: create");
        assertThat(shown.out()).contains("would change: ");
        assertThat(functions().at("/functions").toString()).doesNotContain("\"greeter\"");
    }

    @Test
    void whatIsNoPlanIsSaid(@TempDir Path plan) throws IOException {
        assertThat(fleet.cress("apply", plan).err()).contains("has no cress.toml");
        write(plan, "a", "");
        Files.createDirectories(plan.resolve("b"));
        Files.copy(plan.resolve("a/cress.toml"), plan.resolve("b/cress.toml"));
        assertThat(fleet.cress("apply", plan).err()).contains("two manifests", "are of a");
        for (int i = 0; i < 100; i++) {
            write(plan, "f" + i, "");
        }
        assertThat(fleet.cress("apply", plan).err()).contains("has more than 100 functions");
    }
}
