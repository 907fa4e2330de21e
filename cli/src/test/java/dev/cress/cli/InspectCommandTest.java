package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

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

    @Test
    void whatIsThereButOnlyAnswersUnsupportedIsNamed() throws IOException {
        Path module = folder.resolve("asks.wasm");
        // a program that imports fastly_acl.open, (i32, i32, i32) -> i32
        Files.write(
                module,
                HexFormat.of()
                        .parseHex(
                                "0061736d01000000010b0260037f7f7f017f600000"
                                        + "0213010a666173746c795f61636c046f70656e0000"
                                        + "030201010503010001071302066d656d6f72790200"
                                        + "065f737461727400010a040102000b"));
        Cli inspected = Cli.run("inspect", module.toString());
        assertThat(inspected.out())
                .contains(
                        "imports   fastly_acl: all 1 are offered; these only answer"
                                + " `unsupported`: open\n")
                .contains("verdict   it can run here");
    }

    @Test
    void whatAModuleWantsIsToldFamilyByFamily() throws IOException {
        Path module = folder.resolve("wants.wasm");
        // imports env.abort and env.x, () -> (), has a memory, exports the second
        Files.write(
                module,
                HexFormat.of()
                        .parseHex(
                                "0061736d0100000001040160000002150203656e760561626f72740000"
                                        + "03656e7601780000050301000107050101780001"));
        Cli inspected = Cli.run("inspect", module.toString());
        assertThat(inspected.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(inspected.out())
                .contains("imports   env: 1 of 2 are offered, missing are x\n")
                .contains("exports   x() -> ()\n")
                .contains("verdict   refused: module imports what Cress does not offer: env.x");
    }
}
