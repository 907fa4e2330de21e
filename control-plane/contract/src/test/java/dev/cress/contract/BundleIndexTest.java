package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class BundleIndexTest {
    private static BundleIndex read(byte[] archive) throws IOException {
        return BundleIndex.read(new BytesChannel(archive));
    }

    @Test
    void saysWhereEachFileIs() throws IOException {
        byte[] archive = Archives.stored("index.html", "css/", "css/site.css", "é");
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
        assertThat(read(Archives.stored()).files()).isEmpty();
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
        byte[] archive = Archives.stored(path);
        assertThatThrownBy(() -> read(archive))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("path");
    }

    @Test
    void compressedFilesAreRefusedWithWhatToDo() throws IOException {
        byte[] archive = Archives.compressed("index.html");
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("zip -0");
    }

    @Test
    void aNameIsAFileOrAFolder() throws IOException {
        byte[] archive = Archives.stored("a", "a/b");
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("as a file and as a folder");
    }

    @Test
    void aNameIsNoFolderThatOnlyOthersAreIn() throws IOException {
        byte[] archive = Archives.stored("a/b/c", "a/b/d/e", "a/b");
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("as a file and as a folder");
    }

    @Test
    void foldersAreAsFewAsFiles() throws IOException {
        String deep = "/a".repeat(499);
        var paths = new ArrayList<String>();
        for (int i = 0; i < 20; i++) {
            paths.add(i + deep + "/file");
        }
        assertThat(read(stored(paths)).files()).hasSize(20);
        paths.add("another/file");
        byte[] archive = stored(paths);
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("more than 10000 folders");
    }

    private static byte[] stored(List<String> paths) throws IOException {
        return Archives.stored(paths.toArray(String[]::new));
    }

    @Test
    void aNameComesOnce() throws IOException {
        String text = new String(Archives.stored("a", "b"), ISO_8859_1);
        byte[] archive = text.replace("\1\0\0\0b", "\1\0\0\0a").getBytes(ISO_8859_1);
        int last = new String(archive, ISO_8859_1).lastIndexOf('b');
        archive[last] = 'a';
        assertThatThrownBy(() -> read(archive)).hasMessageContaining("twice");
    }

    @Test
    void whateverIsChangedIsAnArchiveOrARefusal() throws IOException {
        byte[] sound = Archives.stored("index.html", "css/site.css", "deep/er/file");
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
