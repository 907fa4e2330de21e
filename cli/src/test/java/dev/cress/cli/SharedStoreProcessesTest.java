package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A control plane that moves from its folder to PostgreSQL and is joined there by another, each a
/// process of its own.
class SharedStoreProcessesTest {
    @TempDir private Path folder;
    private final List<Part> parts = new ArrayList<>();
    private EmbeddedPostgres postgres;
    private String url;

    @BeforeEach
    void startPostgres() throws IOException {
        postgres = Postgres.start();
        url = postgres.getJdbcUrl("postgres", "postgres");
    }

    @AfterEach
    void endEveryProcess() throws IOException, InterruptedException {
        for (Part part : parts) {
            part.kill();
        }
        postgres.close();
    }

    private Part part(String data, String... args) throws IOException, InterruptedException {
        var part = new Part(folder.resolve(data), args);
        parts.add(part);
        part.awaitReady();
        return part;
    }

    private Part controlPlane(String data, String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("control-plane", "--control-port", "0"));
        args.addAll(List.of(more));
        return part(data, args.toArray(String[]::new));
    }

    private Cli cress(Part control, String data, String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        String token = Files.readString(folder.resolve(data).resolve("operator.token")).strip();
        all.addAll(List.of("--control", control.address(), "--token", token));
        return done(Cli.run(all.toArray(String[]::new)));
    }

    private static Cli done(Cli cli) {
        assertThat(cli.exitCode()).as(cli.err()).isZero();
        return cli;
    }

    @Test
    void twoControlPlanesOnWhatOneHadBefore() throws Exception {
        String module = LocalFleet.module("hello").toString();
        Part alone = controlPlane("a");
        cress(alone, "a", "deploy", "hello", module, "--no-wait");
        String backup = folder.resolve("backup.db").toString();
        String from = folder.resolve("a").toString();
        assertThat(done(Cli.run("store", "backup", "--from", from, "--to", backup)).out())
                .isEqualTo("saved: revision 1 (1 in the log), 1 modules and archives\n");
        alone.kill();
        assertThat(done(Cli.run("store", "migrate", "--from", from, "--to", url)).out())
                .startsWith("moved: revision 1 (1 in the log)");

        Part one = controlPlane("a", "--store", url);
        Part other = controlPlane("b", "--store", url);
        cress(other, "b", "deploy", "again", module, "--no-wait");
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () ->
                                assertThat(cress(one, "a", "status", "-o", "json").out())
                                        .contains("\"hello\"", "\"again\"", "\"revision\":2"));
        one.kill();
        cress(other, "b", "delete", "again");

        String restored = folder.resolve("restored").toString();
        assertThat(done(Cli.run("store", "restore", "--from", backup, "--to", restored)).out())
                .startsWith("restored: revision 1");
    }
}
