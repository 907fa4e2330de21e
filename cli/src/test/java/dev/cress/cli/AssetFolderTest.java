package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.BundleIndex;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

class AssetFolderTest {
    @TempDir Path folder;

    private Path file(String path) throws IOException {
        Path file = folder.resolve("public").resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, path);
    }

    private byte[] packed() throws IOException {
        Path archive = folder.resolve("archive.zip");
        new AssetFolder(folder.resolve("public"), true).pack(archive);
        return Files.readAllBytes(archive);
    }

    @Test
    void theSameFilesMakeTheSameBytes() throws IOException {
        file("b/c");
        Path a = file("a");
        byte[] first = packed();
        Files.setLastModifiedTime(a, FileTime.fromMillis(1));
        file("b/c");
        assertThat(packed()).isEqualTo(first);
        Files.writeString(a, "other");
        assertThat(packed()).isNotEqualTo(first);
    }

    @Test
    void hiddenFilesStayButForWellKnown() throws IOException {
        file("index.html");
        file(".env");
        file(".git/config");
        file(".well-known/security.txt");
        packed();
        try (FileChannel archive = FileChannel.open(folder.resolve("archive.zip"))) {
            assertThat(BundleIndex.read(archive).files())
                    .containsOnlyKeys("index.html", ".well-known/security.txt");
        }
    }

    @Test
    void aLinkIsRefused() throws IOException {
        file("index.html");
        Files.createSymbolicLink(folder.resolve("public/passwd"), Path.of("/etc/passwd"));
        assertThatThrownBy(this::packed)
                .hasMessageContaining("link")
                .hasMessageContaining("passwd");
    }

    @Test
    void tooManyFilesAreRefusedBeforeTheyAreRead() throws IOException {
        for (int i = 0; i <= BundleIndex.FILES_MAX; i++) {
            Files.createFile(file("index.html").resolveSibling("f" + i));
        }
        assertThatThrownBy(this::packed).hasMessage("assets have 10002 files, at most 10000");
    }
}
