package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Warmup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

@Timeout(60)
class VersionsCommandTest {
    /// More than a function's own page shows.
    private static final int VERSIONS = 25;

    @TempDir private Path folder;

    @Test
    void listsEveryVersion() throws IOException {
        try (Fleet fleet = Fleet.start(Fleet.Setup.forTest(folder))) {
            ControlClient client = fleet.client();
            Path hello = Sources.ROOT.resolve("examples/hello/hello.wasm");
            Sha256 module = client.upload(Files.readAllBytes(hello), Manifest.AUTO).sha256();
            for (int i = 1; i <= VERSIONS; i++) {
                var config = Map.of("NUMBER", Integer.toString(i));
                client.release(
                        new FunctionName("hello"),
                        new Api.NewVersion(
                                module,
                                new Manifest(
                                        "auto", List.of(), Limits.DEFAULT, config, Warmup.DEFAULT),
                                Share.ALL));
            }
            String token = Files.readString(fleet.operatorTokenFile()).strip();
            Cli listed =
                    Cli.run(
                            "versions",
                            "hello",
                            "--control",
                            fleet.controlUrl().toString(),
                            "--token",
                            token);
            assertThat(listed.exitCode()).isZero();
            assertThat(listed.out().lines()).hasSize(1 + VERSIONS);
            assertThat(listed.out().lines().skip(1).findFirst().orElseThrow()).startsWith("25 ");
        }
    }

    /// Seven versions with a module each are one more than a function retains.
    @Test
    void tellsWhatWasCollectedAndDeployBringsItBack() throws IOException {
        try (Fleet fleet = Fleet.start(Fleet.Setup.forTest(folder))) {
            ControlClient client = fleet.client();
            String token = Files.readString(fleet.operatorTokenFile()).strip();
            String[] known = {"--control", fleet.controlUrl().toString(), "--token", token};
            byte[] hello = Files.readAllBytes(Sources.ROOT.resolve("examples/hello/hello.wasm"));
            for (int i = 1; i <= 7; i++) {
                Sha256 module = client.upload(marked(hello, i), Manifest.AUTO).sha256();
                client.release(
                        new FunctionName("hello"),
                        new Api.NewVersion(module, Manifest.DEFAULT, Share.ALL));
            }
            Cli collected = run(known, "store", "collect", "--older-than", "0s");
            assertThat(collected.out())
                    .isEqualTo(
                            "collected: 1 modules and 0 archives, %d KiB\n"
                                    .formatted(marked(hello, 1).length >> 10));
            assertThat(last(run(known, "versions", "hello"))).startsWith("1        collected  ");
            Cli refused = run(known, "rollback", "hello", "1");
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.err()).contains("stored no more: upload it again");
            client.upload(marked(hello, 1), Manifest.AUTO);
            assertThat(run(known, "rollback", "hello", "1", "--no-wait").exitCode()).isZero();
            assertThat(last(run(known, "versions", "hello"))).startsWith("1        100%  ");
        }
    }

    private static Cli run(String[] known, String... words) {
        return Cli.run(
                Stream.concat(Arrays.stream(words), Arrays.stream(known)).toArray(String[]::new));
    }

    private static String last(Cli run) {
        return run.out().lines().toList().getLast();
    }

    /// The same module under another name: a custom section of one byte ends it.
    private static byte[] marked(byte[] module, int mark) {
        byte[] marked = Arrays.copyOf(module, module.length + 5);
        byte[] section = {0, 3, 1, 'm', (byte) mark};
        System.arraycopy(section, 0, marked, module.length, section.length);
        return marked;
    }
}
