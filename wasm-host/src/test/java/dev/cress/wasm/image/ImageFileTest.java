package dev.cress.wasm.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.guest.RefusedModuleException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/// An image's bytes give the image again, and any other bytes are refused or give some image: never
/// an error, never more memory than they are long.
@Timeout(20)
class ImageFileTest {
    private static byte[] file = {};

    @BeforeAll
    static void write() throws RefusedModuleException {
        file = ImageFile.write(Images.some());
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws IOException {
        ImageContent read = ImageFile.read(file);
        assertThat(ImageFile.write(read)).isEqualTo(file);
        assertThat(read.starts()).isEmpty();
        assertThat(read.entries()).containsOnlyKeys("_start");
        assertThat(read.compiled().interpreted()).isEmpty();
    }

    @Test
    void theSameModuleGivesTheSameBytes() throws RefusedModuleException {
        assertThat(ImageFile.write(Images.some())).isEqualTo(file);
    }

    @Test
    void oneThatIsCutIsRefusedWhereverItEnds() {
        for (int i = 0; i < file.length; i += i < 500 ? 1 : 97) {
            byte[] cut = Arrays.copyOf(file, i);
            assertThatIOException().as("%d bytes", i).isThrownBy(() -> ImageFile.read(cut));
        }
    }

    @Test
    void bytesAfterTheEndAreRefused() {
        assertThatIOException()
                .isThrownBy(() -> ImageFile.read(Arrays.copyOf(file, file.length + 1)))
                .withMessage("image has bytes after its end");
    }

    @Test
    void anotherBuildsImageIsRefusedByName() {
        byte[] other = file.clone();
        int at = new String(file, ISO_8859_1).indexOf(ImageFile.BUILD) + 12;
        other[at] = '9';
        assertThatIOException()
                .isThrownBy(() -> ImageFile.read(other))
                .withMessageContaining("image is of build 'cress-image-9")
                .withMessageContaining("not '" + ImageFile.BUILD);
    }

    @Test
    void whatIsNoImageIsRefused() {
        assertThatIOException()
                .isThrownBy(() -> ImageFile.read(new byte[100]))
                .withMessage("this is no image");
    }

    @Test
    void spoiledBytesAreNeverAnError() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] spoiled = file.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                int at = random.nextInt(i % 2 == 0 ? file.length : 200);
                spoiled[at] = (byte) (random.nextBoolean() ? random.nextInt() : spoiled[at] ^ 0x80);
            }
            readOrRefused(spoiled);
        }
    }

    private static void readOrRefused(byte[] spoiled) {
        try {
            assertThat(ImageFile.read(spoiled).stripped().length).isLessThan(file.length);
        } catch (IOException refused) {
            assertThat(refused).hasNoSuppressedExceptions();
        }
    }
}
