package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/// A secret's way through a fleet of four processes, and that its value is nowhere but where it
/// belongs.
@Timeout(300)
@Order(3)
class SecretsProcessesTest {
    private static final String CANARY = UUID.randomUUID().toString().replace("-", "");

    private final HttpClient http = HttpClient.newHttpClient();

    /// All that the commands and the API said.
    private final List<String> said = new ArrayList<>();

    @TempDir private Path folder;

    private Cli cress(FourProcesses fleet, String... args) throws IOException {
        Cli ran = fleet.cress(args);
        said.add(ran.out());
        said.add(ran.err());
        return ran;
    }

    private void ok(FourProcesses fleet, String... args) throws IOException {
        Cli ran = cress(fleet, args);
        assertThat(ran.exitCode()).as(ran.err()).isZero();
    }

    private void set(FourProcesses fleet, String value) throws IOException {
        Path file = Files.writeString(folder.resolve("value"), value);
        ok(fleet, "secret", "set", "GREETING", "--from-file", file.toString(), "-o", "json");
        Files.delete(file);
    }

    /// A manifest that names the secret, beside an example's module.
    private String manifest(String name, String example) throws IOException {
        Path dir = Files.createDirectories(folder.resolve("sources").resolve(name));
        Files.copy(LocalFleet.module(example), dir.resolve("guest.wasm"));
        Files.writeString(
                dir.resolve("cress.toml"),
                """
                name = "%s"
                module = "guest.wasm"
                [capabilities]
                secrets = ["GREETING"]
                """
                        .formatted(name));
        return dir.toString();
    }

    private static String ask(Part node, String host, String path) throws IOException {
        return RawHttp.get(node.port(), path, "Host: " + host).toString();
    }

    private static boolean greets(Part node, String greeting) {
        try {
            return ask(node, "greet.localhost", "/").contains(greeting);
        } catch (IOException e) {
            return false;
        }
    }

    /// The canary as it is, in base64, and in hex; base64 at each of three offsets.
    private static List<String> forms() {
        List<String> forms = new ArrayList<>();
        forms.add(CANARY);
        forms.add(HexFormat.of().formatHex(CANARY.getBytes(UTF_8)));
        forms.add(HexFormat.of().withUpperCase().formatHex(CANARY.getBytes(UTF_8)));
        for (int offset = 0; offset < 3; offset++) {
            byte[] bytes = ("x".repeat(offset) + CANARY).getBytes(UTF_8);
            String text = Base64.getEncoder().withoutPadding().encodeToString(bytes);
            forms.add(text.substring(offset == 0 ? 0 : 4, text.length() - 3));
        }
        return forms;
    }

    private static void assertClean(String what, String text) {
        for (String form : forms()) {
            assertThat(text.contains(form)).as("%s has %s", what, form).isFalse();
        }
    }

    /// All over again where a process replaced a file meanwhile.
    private void assertFilesAreClean() {
        await().atMost(LocalFleet.SOON)
                .ignoreExceptionsMatching(SecretsProcessesTest::isOfAFileThatIsGone)
                .until(this::cleanFiles, count -> count > 20);
    }

    private static boolean isOfAFileThatIsGone(Throwable e) {
        return e instanceof NoSuchFileException || e.getCause() instanceof NoSuchFileException;
    }

    private int cleanFiles() throws IOException {
        int count = 0;
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertClean(file.toString(), Files.readString(file, ISO_8859_1));
                count++;
            }
        }
        return count;
    }

    @Test
    void aValueIsNowhereButInTheGuestsAnswer() throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        var fleet = new FourProcesses(data, folder.resolve("errors.log"));
        try {
            Cli missing = cress(fleet, "deploy", manifest("greet", "hello"));
            assertThat(missing.exitCode()).isEqualTo(ExitCode.SOME);
            assertThat(missing.out() + missing.err()).contains("secret GREETING isn't set");
            set(fleet, CANARY);
            await().atMost(LocalFleet.SOON).until(() -> greets(fleet.fra, CANARY));
            await().atMost(LocalFleet.SOON).until(() -> greets(fleet.iad, CANARY));
            makeErrors(fleet);
            ok(fleet, "secret", "list", "-o", "json");
            ok(fleet, "status", "-o", "json");
            ok(fleet, "audit", "-o", "json");
            ok(fleet, "key", "rotate", "--secrets");
            Cli saved = Cli.run("store", "backup", "--from", data.toString(), "--to", backup());
            assertThat(saved.exitCode()).as(saved.err()).isZero();
            assertFilesAreClean();
            said.forEach(text -> assertClean("what was said", text));

            // a node that finds no control plane serves what it kept
            fleet.control.kill();
            fleet.fra.kill();
            fleet.fra.startAgain();
            await().atMost(LocalFleet.SOON).until(() -> greets(fleet.fra, CANARY));
            fleet.control.startAgain();
            fleet.awaitNodesConnected();
            set(fleet, "another");
            await().atMost(LocalFleet.SOON).until(() -> greets(fleet.fra, "another"));
        } finally {
            fleet.kill();
        }
        assertFilesAreClean();
    }

    private String backup() {
        return folder.resolve("backup.db").toString();
    }

    private void makeErrors(FourProcesses fleet) throws IOException, InterruptedException {
        ok(fleet, "deploy", manifest("fails", "runaway"));
        for (String path : List.of("/trap", "/nothing", "/exit")) {
            said.add(ask(fleet.fra, "fails.localhost", path));
        }
        cress(fleet, "logs", "fails", "-o", "json");
        cress(fleet, "secret", "delete", "GREETING");
        assertThat(said.getLast()).contains("greet version 1");
        cress(fleet, "secret", "set", "no-name", "--from-file", folder.resolve("none").toString());
        var refused =
                HttpRequest.newBuilder(URI.create(fleet.control.address() + "/v1/secrets/GREETING"))
                        .header("if-match", "\"old\"")
                        .header("idempotency-key", "canary")
                        .PUT(BodyPublishers.ofString(CANARY));
        said.add(http.send(refused.build(), BodyHandlers.ofString()).body());
        refused.header(
                "authorization",
                "Bearer " + Files.readString(folder.resolve("data/operator.token")).strip());
        said.add(http.send(refused.build(), BodyHandlers.ofString()).body());
    }
}
