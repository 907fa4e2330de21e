package dev.cress.wasm.image;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.cress.wasm.guest.RefusedModuleException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Images are found again as they were kept, within the bytes that they may take; whatever is wrong
/// with the disk costs a build, no more.
class ImageStoreTest {
    private static final long PLENTY = 1 << 30;
    private static @Nullable ImageContent image;
    private static byte[] imageBytes = {};

    @TempDir Path folder;

    @BeforeAll
    static void build() throws RefusedModuleException {
        image = Images.some();
        imageBytes = ImageFile.write(image());
    }

    private static ImageContent image() {
        return Objects.requireNonNull(image);
    }

    private static boolean has(ImageStore store, String name) {
        return store.find(name)
                .map(found -> Arrays.equals(ImageFile.write(found), imageBytes))
                .orElse(false);
    }

    private Path file(String name) {
        return folder.resolve(name + ".image");
    }

    @Test
    void whatIsKeptIsFoundByThisStoreAndByAnotherOfTheFolder() {
        var store = new ImageStore(folder, PLENTY);
        assertThat(store.find("a")).isEmpty();
        store.keep("a", image());
        assertThat(has(store, "a")).isTrue();
        assertThat(has(new ImageStore(folder, PLENTY), "a")).isTrue();
        assertThat(store.find("b")).isEmpty();
    }

    @Test
    void theFolderIsMadeWhenItIsNeeded() {
        var store = new ImageStore(folder.resolve("deep/down"), PLENTY);
        store.keep("a", image());
        assertThat(has(store, "a")).isTrue();
    }

    @Test
    void nothingButImagesAndTheirKeyIsLeftInTheFolder() throws IOException {
        new ImageStore(folder, PLENTY).keep("a", image());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file("a"), folder.resolve("image.key"));
        }
    }

    @Test
    void whatACrashLeftHalfWrittenIsDeletedWhenTheFolderIsOpenedAgain() throws IOException {
        new ImageStore(folder, PLENTY).keep("a", image());
        Path left = Files.write(folder.resolve("b123.new"), new byte[100]);
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(3_700)));
        Path beingWritten = Files.write(folder.resolve("c123.new"), new byte[100]);
        Files.setLastModifiedTime(file("a"), FileTime.from(Instant.EPOCH));
        var store = new ImageStore(folder, PLENTY);
        assertThat(left).doesNotExist();
        assertThat(beingWritten).exists();
        assertThat(has(store, "a")).isTrue();
    }

    @Test
    void theImageUsedLongestAgoGivesWay() throws IOException {
        var store = new ImageStore(folder, 3 * (imageBytes.length + 64L));
        for (String name : List.of("a", "b", "c")) {
            store.keep(name, image());
            long age = 10L * (100 - name.charAt(0));
            Files.setLastModifiedTime(
                    file(name), FileTime.from(Instant.now().minusSeconds(1_000 + age)));
        }
        assertThat(has(store, "a")).isTrue();
        store.keep("d", image());
        assertThat(file("b")).doesNotExist();
        assertThat(List.of(has(store, "a"), has(store, "c"), has(store, "d"))).containsOnly(true);
    }

    @Test
    void anImageLargerThanAllMayBeIsNotKept() {
        var store = new ImageStore(folder, imageBytes.length);
        store.keep("a", image());
        assertThat(store.find("a")).isEmpty();
    }

    @Test
    void aSpoiledImageIsNotFoundUntilItIsKeptAnew() throws IOException {
        var store = new ImageStore(folder, PLENTY);
        store.keep("a", image());
        byte[] spoiled = Files.readAllBytes(file("a"));
        spoiled[spoiled.length / 2] ^= 1;
        Files.write(file("a"), spoiled);
        assertThat(store.find("a")).isEmpty();
        Files.write(file("a"), new byte[0]);
        assertThat(store.find("a")).isEmpty();
        store.keep("a", image());
        assertThat(has(store, "a")).isTrue();
    }

    @Test
    void anImageThatWasGivenAnothersNameIsNotFound() throws IOException {
        var store = new ImageStore(folder, PLENTY);
        store.keep("a", image());
        Files.copy(file("a"), file("b"));
        assertThat(store.find("b")).isEmpty();
        assertThat(store.kept("b")).isEmpty();
        assertThat(has(store, "a")).isTrue();
    }

    @Test
    void aKeptFileBeginsWithTheImageAndIsLookedAtAgainWhenItIsAnother() throws IOException {
        var store = new ImageStore(folder, PLENTY);
        assertThat(store.kept("a")).isEmpty();
        store.keep("a", image());
        KeptImage kept = store.kept("a").orElseThrow();
        assertThat(kept.bytes()).isEqualTo(imageBytes.length);
        assertThat(kept.sha256()).isEqualTo(Sha256.hex(imageBytes));
        byte[] whole = Files.readAllBytes(kept.file());
        assertThat(Arrays.copyOf(whole, imageBytes.length)).isEqualTo(imageBytes);
        assertThat(store.kept("a")).hasValue(kept);

        whole[100] ^= 1;
        Files.move(Files.write(folder.resolve("other"), whole), file("a"), REPLACE_EXISTING);
        assertThat(store.kept("a")).isEmpty();
        store.drop("a");
        assertThat(store.has("a")).isFalse();
    }

    @Test
    void aKeptFileOfAnotherBuildIsNotHandedOut() throws IOException {
        var store = new ImageStore(folder, PLENTY);
        store.keep("a", image());
        byte[] another = imageBytes.clone();
        another[8 + ImageFile.BUILD.length() - 1] ^= 1;
        KeyPair keys = ImageSeal.decode(Files.readAllBytes(folder.resolve("image.key")));
        Files.write(file("b"), ImageSeal.seal("b", another, keys.getPrivate()));
        assertThat(store.kept("b")).isEmpty();
        Files.write(file("b"), ImageSeal.seal("b", imageBytes, keys.getPrivate()));
        assertThat(store.kept("b")).isPresent();
    }

    @Test
    void anImageThatAnotherKeySealedIsNotFound(@TempDir Path foreign) throws IOException {
        new ImageStore(foreign, PLENTY).keep("a", image());
        var store = new ImageStore(folder, PLENTY);
        store.keep("b", image());
        Files.copy(foreign.resolve("a.image"), file("a"));
        assertThat(store.find("a")).isEmpty();
    }

    @Test
    void aSpoiledKeyOrAFolderThatCanNotBeMadeOnlyMeansThatNothingIsFound() throws IOException {
        Files.write(folder.resolve("image.key"), new byte[] {1, 2, 3});
        Path below = Files.createFile(folder.resolve("file")).resolve("images");
        for (var store : List.of(new ImageStore(folder, PLENTY), new ImageStore(below, PLENTY))) {
            store.keep("a", image());
            assertThat(store.find("a")).isEmpty();
        }
    }
}
