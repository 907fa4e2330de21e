package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Map;

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
                        module,
                        new Manifest("auto", List.of(), Limits.DEFAULT, config, Warmup.DEFAULT),
                        Share.ALL);
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
}
