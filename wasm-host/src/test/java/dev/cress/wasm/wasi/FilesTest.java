package dev.cress.wasm.wasi;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/// What a guest finds behind its streams: the files that its version brought, and a scratch folder.
class FilesTest {
    private static final int SITE = 3;
    private static final int TMP = 4;
    private static final int PATH = 1_000;
    private static final int NEW_PATH = 2_000;
    private static final int ANSWER = 16;
    private static final int BUFFER = 20_000;
    private static final int CREATE = 1;
    private static final int FOLDER = 2;
    private static final int TRUNCATE = 8;

    private final WasiCaller wasi = new WasiCaller();

    @BeforeEach
    void mount() {
        wasi.mounts = FileSystems::both;
        wasi.restart(List.of(), List.of());
    }

    private int put(int at, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        wasi.memory.write(at, bytes);
        return bytes.length;
    }

    private int open(int folder, String path, int how, long rights) {
        return wasi.call("path_open", folder, 1, PATH, put(PATH, path), how, rights, 0, 0, ANSWER);
    }

    /// The descriptor of what must be openable.
    private int opened(int folder, String path, int how, long rights) {
        assertThat(open(folder, path, how, rights)).as(path).isZero();
        return wasi.memory.readInt(ANSWER);
    }

    private int opened(int folder, String path) {
        return opened(folder, path, 0, Rights.FD_READ);
    }

    private void vector(int at, int length) {
        wasi.memory.writeI32(0, at);
        wasi.memory.writeI32(4, length);
    }

    private String read(int fd, int length) {
        vector(BUFFER, length);
        assertThat(wasi.call("fd_read", fd, 0, 1, 8)).isZero();
        return wasi.text(BUFFER, wasi.memory.readInt(8));
    }

    private int write(int fd, String text) {
        vector(BUFFER, put(BUFFER, text));
        return wasi.call("fd_write", fd, 0, 1, 8);
    }

    private int at(String call, int folder, String path) {
        return wasi.call(call, folder, PATH, put(PATH, path));
    }

    private List<String> list(int fd, int bufferBytes) {
        var names = new ArrayList<String>();
        long cookie = 0;
        while (true) {
            assertThat(wasi.call("fd_readdir", fd, BUFFER, bufferBytes, cookie, 8)).isZero();
            int used = wasi.memory.readInt(8);
            int at = BUFFER;
            while (at + 24 <= BUFFER + used) {
                int length = wasi.memory.readInt(at + 16);
                if (at + 24 + length > BUFFER + used) {
                    break;
                }
                cookie = wasi.memory.readLong(at);
                names.add(wasi.text(at + 24, length));
                at += 24 + length;
            }
            if (used < bufferBytes) {
                return names;
            }
        }
    }

    @Test
    void foldersAreFoundByTheirNames() {
        assertThat(wasi.call("fd_prestat_get", SITE, 0)).isZero();
        assertThat(wasi.memory.readInt(0)).isZero();
        assertThat(wasi.memory.readInt(4)).isEqualTo(1);
        assertThat(wasi.call("fd_prestat_dir_name", SITE, 100, 1)).isZero();
        assertThat(wasi.text(100, 1)).isEqualTo("/");
        assertThat(wasi.call("fd_prestat_dir_name", TMP, 100, 4)).isZero();
        assertThat(wasi.text(100, 4)).isEqualTo("/tmp");
        assertThat(wasi.call("fd_prestat_dir_name", TMP, 100, 3)).isEqualTo(Errno.NAMETOOLONG);
        assertThat(wasi.call("fd_prestat_get", 5, 0)).isEqualTo(Errno.BADF);
    }

    @Test
    void aFileIsReadInPiecesAndWhole() {
        int fd = opened(SITE, "css/site.css");
        assertThat(read(fd, 4)).isEqualTo("p { ");
        assertThat(read(fd, 500)).isEqualTo("color: red }");
        assertThat(read(fd, 500)).isEmpty();
        assertThat(wasi.call("fd_seek", fd, -2, 2, 8)).isZero();
        assertThat(read(fd, 500)).isEqualTo(" }");
        vector(BUFFER, 3);
        assertThat(wasi.call("fd_pread", fd, 0, 1, 4, 8)).isZero();
        assertThat(wasi.text(BUFFER, 3)).isEqualTo("col");
        assertThat(read(opened(SITE, "css/empty.css"), 9)).isEmpty();
        int whole = opened(SITE, "deep/er/file");
        assertThat(read(whole, 40_000)).hasSize(40_000);
    }

    @Test
    void oneReadFillsAllItsBuffers() {
        int fd = opened(SITE, "css/site.css");
        wasi.memory.writeI32(0, BUFFER);
        wasi.memory.writeI32(4, 3);
        wasi.memory.writeI32(8, BUFFER + 100);
        wasi.memory.writeI32(12, 90);
        assertThat(wasi.call("fd_read", fd, 0, 2, 40)).isZero();
        assertThat(wasi.memory.readInt(40)).isEqualTo(16);
        assertThat(wasi.text(BUFFER + 100, 13)).isEqualTo(" color: red }");
    }

    @ParameterizedTest
    @CsvSource({
        "'',NOENT",
        "nothing,NOENT",
        "css/nothing,NOENT",
        "/index.html,NOTCAPABLE",
        "..,NOTCAPABLE",
        "../index.html,NOTCAPABLE",
        "css/../../index.html,NOTCAPABLE",
        "index.html/,NOTDIR",
        "index.html/x,NOTDIR",
        "index.html/..,NOTDIR",
        "nothing/../index.html,NOENT",
    })
    void noPathLeadsOut(String path, String error) throws ReflectiveOperationException {
        int expected = Errno.class.getDeclaredField(error).getInt(null);
        assertThat(open(SITE, path, 0, Rights.FD_READ)).isEqualTo(expected);
        assertThat(wasi.call("path_filestat_get", SITE, 0, PATH, put(PATH, path), 400))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "./css/../index.html", "css/.././/index.html"})
    void dotsWithinAreFollowed(String path) {
        assertThat(read(opened(SITE, path), 50)).isEqualTo("<p>Hello");
    }

    @Test
    void pathsHaveALimitAndAreText() {
        assertThat(wasi.call("path_unlink_file", TMP, PATH, 4_097)).isEqualTo(Errno.NAMETOOLONG);
        assertThat(open(TMP, "a".repeat(256), CREATE, 0)).isEqualTo(Errno.NAMETOOLONG);
        assertThat(open(SITE, "index.html\0", 0, 0)).isEqualTo(Errno.INVAL);
        wasi.memory.write(PATH, new byte[] {(byte) 0xff});
        assertThat(wasi.call("path_unlink_file", TMP, PATH, 1)).isEqualTo(Errno.ILSEQ);
    }

    @Test
    void whatAVersionBroughtIsReadOnly() {
        assertThat(open(SITE, "index.html", 0, Rights.FD_WRITE)).isEqualTo(Errno.ROFS);
        assertThat(open(SITE, "index.html", TRUNCATE, Rights.FD_READ)).isEqualTo(Errno.ROFS);
        assertThat(open(SITE, "new", CREATE, Rights.FD_WRITE)).isEqualTo(Errno.ROFS);
        assertThat(at("path_create_directory", SITE, "new")).isEqualTo(Errno.ROFS);
        assertThat(at("path_unlink_file", SITE, "index.html")).isEqualTo(Errno.ROFS);
        assertThat(at("path_remove_directory", SITE, "css")).isEqualTo(Errno.ROFS);
        int fd = opened(SITE, "index.html");
        assertThat(write(fd, "x")).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_filestat_set_size", fd, 0)).isEqualTo(Errno.BADF);
        assertThat(wasi.call("fd_filestat_set_times", fd, 1, 1, 1)).isEqualTo(Errno.ROFS);
        int length = put(PATH, "index.html");
        int newLength = put(NEW_PATH, "moved");
        assertThat(wasi.call("path_rename", SITE, PATH, length, SITE, NEW_PATH, newLength))
                .isEqualTo(Errno.ROFS);
        assertThat(wasi.call("path_rename", SITE, PATH, length, TMP, NEW_PATH, newLength))
                .isEqualTo(Errno.XDEV);
        assertThat(wasi.call("path_link", SITE, 0, PATH, length, TMP, NEW_PATH, newLength))
                .isEqualTo(Errno.XDEV);
    }

    @Test
    void aFolderIsListedWithItsDotsHoweverSmallTheBuffer() {
        assertThat(list(opened(SITE, "css"), 1_000))
                .containsExactly(".", "..", "empty.css", "site.css");
        assertThat(list(SITE, 34)).containsExactly(".", "..", "css", "deep", "index.html");
    }

    @Test
    void aListingGoesOnWhereItWasWhileNamesComeAndGo() {
        for (int i = 0; i < 9; i++) {
            opened(TMP, "f" + i, CREATE, 0);
        }
        assertThat(wasi.call("fd_readdir", TMP, BUFFER, 25 + 26 + 2 * 26, 0, 8)).isZero();
        long behindF1 = wasi.memory.readLong(BUFFER + 25 + 26 + 26);
        assertThat(at("path_unlink_file", TMP, "f0")).isZero();
        assertThat(at("path_unlink_file", TMP, "f2")).isZero();
        assertThat(wasi.call("fd_readdir", TMP, BUFFER, 1_000, behindF1, 8)).isZero();
        assertThat(wasi.text(BUFFER + 24, 2)).isEqualTo("f3");
        assertThat(wasi.memory.readInt(8)).isEqualTo(6 * 26);
    }

    @Test
    void scratchKeepsWhatIsWrittenAndForgetsItWithTheRun() {
        int fd = opened(TMP, "notes", CREATE, Rights.FD_READ | Rights.FD_WRITE);
        assertThat(write(fd, "remember")).isZero();
        assertThat(read(opened(TMP, "notes"), 50)).isEqualTo("remember");
        wasi.restart(List.of(), List.of());
        assertThat(open(TMP, "notes", 0, Rights.FD_READ)).isEqualTo(Errno.NOENT);
    }

    @Test
    void gapsInAFileAreZerosAndCostNothing() {
        int fd = opened(TMP, "gap", CREATE, Rights.FD_READ | Rights.FD_WRITE);
        assertThat(wasi.call("fd_filestat_set_size", fd, 200_000)).isZero();
        long before = wasi.memory.bytesBeside();
        assertThat(wasi.call("fd_seek", fd, 199_999, 0, 8)).isZero();
        assertThat(write(fd, "x")).isZero();
        assertThat(wasi.memory.bytesBeside() - before).isEqualTo(Scratch.BLOCK_BYTES);
        assertThat(wasi.call("fd_seek", fd, 199_990, 0, 8)).isZero();
        assertThat(read(fd, 99)).isEqualTo("\0".repeat(9) + "x");
        assertThat(wasi.call("fd_filestat_set_size", fd, 199_995)).isZero();
        assertThat(wasi.call("fd_filestat_set_size", fd, 200_000)).isZero();
        assertThat(wasi.call("fd_seek", fd, 199_990, 0, 8)).isZero();
        assertThat(read(fd, 99)).isEqualTo("\0".repeat(10));
    }

    @Test
    void scratchIsFullAtItsLimitAndHasRoomAgainAfterwards() {
        int fd = opened(TMP, "big", CREATE, Rights.FD_WRITE);
        String piece = "x".repeat(Scratch.BLOCK_BYTES);
        int written = 0;
        while (write(fd, piece) == 0) {
            written += piece.length();
        }
        assertThat(written).isEqualTo((int) FileSystems.SCRATCH_BYTES - Scratch.BLOCK_BYTES);
        assertThat(write(fd, piece)).isEqualTo(Errno.NOSPC);
        assertThat(open(TMP, "other", CREATE, Rights.FD_WRITE)).isEqualTo(Errno.NOSPC);
        assertThat(at("path_unlink_file", TMP, "big")).isZero();
        assertThat(wasi.memory.bytesBeside()).isEqualTo(written);
        assertThat(wasi.call("fd_close", fd)).isZero();
        assertThat(wasi.memory.bytesBeside()).isZero();
        opened(TMP, "other", CREATE, Rights.FD_WRITE);
    }

    @Test
    void namesAloneFillItAsWell() {
        int made = 0;
        while (at("path_create_directory", TMP, "d" + made) == 0) {
            made++;
        }
        assertThat(made).isEqualTo((int) FileSystems.SCRATCH_BYTES / Scratch.BLOCK_BYTES);
        assertThat(wasi.memory.bytesBeside()).isEqualTo(FileSystems.SCRATCH_BYTES);
    }

    @Test
    void aRunOpensSoManyDescriptorsAndNoMore() {
        int opened = 0;
        int error = 0;
        while (error == 0) {
            error = open(SITE, "index.html", 0, Rights.FD_READ);
            opened += error == 0 ? 1 : 0;
        }
        assertThat(error).isEqualTo(Errno.MFILE);
        assertThat(opened).isEqualTo(Descriptors.OPEN_MAX - 5);
        assertThat(wasi.call("fd_close", 100)).isZero();
        assertThat(opened(SITE, "index.html")).isEqualTo(100);
    }

    @Test
    void aLinkLeadsNowhereBeyondItsFolder() {
        int inside = put(NEW_PATH, "../../etc");
        assertThat(wasi.call("path_symlink", NEW_PATH, inside, TMP, PATH, put(PATH, "out")))
                .isZero();
        assertThat(open(TMP, "out", 0, 0)).isEqualTo(Errno.NOTCAPABLE);
        assertThat(open(TMP, "out/passwd", 0, 0)).isEqualTo(Errno.NOTCAPABLE);
        int absolute = put(NEW_PATH, "/etc");
        assertThat(wasi.call("path_symlink", NEW_PATH, absolute, TMP, PATH, put(PATH, "abs")))
                .isEqualTo(Errno.NOTCAPABLE);
        int self = put(NEW_PATH, "loop");
        assertThat(wasi.call("path_symlink", NEW_PATH, self, TMP, PATH, put(PATH, "loop")))
                .isZero();
        assertThat(open(TMP, "loop", 0, 0)).isEqualTo(Errno.LOOP);
    }

    @Test
    void aFolderCannotMoveIntoItself() {
        assertThat(at("path_create_directory", TMP, "a")).isZero();
        assertThat(at("path_create_directory", TMP, "a/b")).isZero();
        int length = put(PATH, "a");
        int newLength = put(NEW_PATH, "a/b/c");
        assertThat(wasi.call("path_rename", TMP, PATH, length, TMP, NEW_PATH, newLength))
                .isEqualTo(Errno.INVAL);
        assertThat(at("path_remove_directory", TMP, "a")).isEqualTo(Errno.NOTEMPTY);
    }

    @Test
    void aRemovedFolderTakesNothingMore() {
        assertThat(at("path_create_directory", TMP, "gone")).isZero();
        int fd = opened(TMP, "gone", FOLDER, 0);
        assertThat(at("path_remove_directory", TMP, "gone")).isZero();
        assertThat(open(fd, "file", CREATE, 0)).isEqualTo(Errno.NOENT);
        assertThat(wasi.memory.bytesBeside()).isZero();
    }

    @Test
    void noFolderLeadsOutThroughOneThatWasMovedAway() {
        assertThat(at("path_create_directory", TMP, "a")).isZero();
        assertThat(at("path_create_directory", TMP, "a/b")).isZero();
        int b = opened(TMP, "a/b", FOLDER, 0);
        int length = put(PATH, "a/b");
        int newLength = put(NEW_PATH, "c");
        assertThat(wasi.call("path_rename", TMP, PATH, length, TMP, NEW_PATH, newLength)).isZero();
        assertThat(open(b, "..", FOLDER, 0)).isEqualTo(Errno.NOTCAPABLE);
        assertThat(list(TMP, 1_000)).containsExactly(".", "..", "a", "c");
    }
}
