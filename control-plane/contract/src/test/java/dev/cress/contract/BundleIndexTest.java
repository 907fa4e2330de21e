package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class BundleIndexTest {
    @TempDir Path folder;

    private static byte[] archive(int method, String... paths) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            for (String path : paths) {
                byte[] content = path.endsWith("/") ? new byte[0] : path.getBytes(UTF_8);
                var entry = new ZipEntry(path);
                if (method == ZipOutputStream.STORED) {
                    var crc = new CRC32();
                    crc.update(content);
                    entry.setCrc(crc.getValue());
                    entry.setSize(content.length);
                }
                zip.putNextEntry(entry);
                zip.write(content);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] stored(String... paths) throws IOException {
        return archive(ZipOutputStream.STORED, paths);
    }

    private BundleIndex read(byte[] archive) throws IOException {
        Path file = Files.write(folder.resolve("archive.zip"), archive);
        try (FileChannel channel = FileChannel.open(file)) {
            return BundleIndex.read(channel);
        }
    }

    @Test
    void saysWhereEachFileIs() throws IOException {
        byte[] archive = stored("index.html", "css/", "css/site.css", "é");
        BundleIndex index = read(archive);
        assertThat(index.files()).containsOnlyKeys("index.html", "css/site.css", "é");
        index.files()
                .forEach(
                        (path, file) ->
                                assertThat(
                                                Arrays.copyOfRange(
                                                        archive,
                                                        (int) file.offset(),
                                                        (int) (file.offset() + file.bytes())))
                                        .isEqualTo(path.getBytes(UTF_8)));
    }

    @Test
    void anEmptyArchiveHasNoFiles() throws IOException {
        assertThat(read(stored()).files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "a/../x",
                "/etc/passwd",
                "a//b",
                "./a",
                "a\\b",
                "a\nb",
                "a\0b",
                "a/."
            })
    void noPathLeadsElsewhere(String path) throws IOException {
        byte[] archive = stored(path);
        assertThatThrownBy(() -> read(archive))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("path");
    }

    @Test
    void compressedFilesAreRefusedWithWhatToDo() throws IOException {
        byte[] archive = archive(ZipOutputStream.DEFLATED, "index.html");
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("zip -0");
    }

    @Test
    void aNameIsAFileOrAFolder() throws IOException {
        byte[] archive = stored("a", "a/b");
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("as a file and as a folder");
    }

    @Test
    void aNameComesOnce() throws IOException {
        String text = new String(stored("a", "b"), ISO_8859_1);
        byte[] archive = text.replace("\1\0\0\0b", "\1\0\0\0a").getBytes(ISO_8859_1);
        int last = new String(archive, ISO_8859_1).lastIndexOf('b');
        archive[last] = 'a';
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("twice");
    }

    @Test
    void whateverIsChangedIsAnArchiveOrARefusal() throws IOException {
        byte[] sound = stored("index.html", "css/site.css", "deep/er/file");
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] archive =
                    Arrays.copyOf(sound, sound.length - (i % 10 == 0 ? random.nextInt(60) : 0));
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                archive[random.nextInt(archive.length)] = (byte) random.nextInt();
            }
            try {
                for (var file : read(archive).files().values()) {
                    assertThat(file.offset() + file.bytes()).isBetween(0L, (long) archive.length);
                }
            } catch (ContractException expected) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1_000, 4_999);
    }
}
