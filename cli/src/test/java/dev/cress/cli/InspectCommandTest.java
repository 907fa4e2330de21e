package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

class InspectCommandTest {
    @TempDir private Path folder;

    @Test
    void aModuleThatIsTooLargeIsNotEvenRead() throws IOException {
        Path module = folder.resolve("large.wasm");
        try (var file = new RandomAccessFile(module.toFile(), "rw")) {
            file.setLength(3L << 30);
        }
        Cli inspected = Cli.run("inspect", module.toString());
        assertThat(inspected.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(inspected.err())
                .isEqualTo("cress: module is 3072 MiB, at most 50 MiB: %s\n".formatted(module));
    }
}
