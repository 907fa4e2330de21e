package dev.cress.wasm.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.security.KeyPair;
import java.util.Arrays;

/// Only what the right key sealed is opened, and only as it was.
class ImageSealTest {
    private static final String NAME = "abc-auto";

    private final KeyPair keys = ImageSeal.newKeys();
    private final byte[] image = new byte[300];
    private final byte[] sealed = ImageSeal.seal(NAME, image, keys.getPrivate());

    @Test
    void whatIsOpenedIsWhatWasSealed() throws IOException {
        assertThat(ImageSeal.open(NAME, sealed, keys.getPublic())).isEqualTo(image);
    }

    @Test
    void anyFlippedBitIsNoticed() {
        for (int bit = 0; bit < 8 * sealed.length; bit += 5) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatIOException()
                    .as("bit %d", bit)
                    .isThrownBy(() -> ImageSeal.open(NAME, flipped, keys.getPublic()));
        }
    }

    @Test
    void anyCutIsNoticed() {
        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);
            assertThatIOException()
                    .as("%d bytes", length)
                    .isThrownBy(() -> ImageSeal.open(NAME, cut, keys.getPublic()));
        }
    }

    @Test
    void anotherKeysSealIsNotOpened() {
        assertThatIOException()
                .isThrownBy(() -> ImageSeal.open(NAME, sealed, ImageSeal.newKeys().getPublic()))
                .withMessage("image is not signed by who builds for this host");
    }

    @Test
    void anImageUnderAnotherNameIsNotOpened() {
        assertThatIOException()
                .isThrownBy(() -> ImageSeal.open("abd-auto", sealed, keys.getPublic()))
                .withMessage("image is not signed by who builds for this host");
    }

    @Test
    void keysAreReadAsTheyWereWritten() throws IOException {
        KeyPair read = ImageSeal.decode(ImageSeal.encode(keys));
        byte[] again = ImageSeal.seal(NAME, image, read.getPrivate());
        assertThat(ImageSeal.open(NAME, again, keys.getPublic())).isEqualTo(image);
        assertThat(ImageSeal.open(NAME, sealed, read.getPublic())).isEqualTo(image);
    }

    @Test
    void keysThatAreCutAreRefused() {
        byte[] both = ImageSeal.encode(keys);
        for (int length = 0; length < both.length; length++) {
            byte[] cut = Arrays.copyOf(both, length);
            assertThatIOException()
                    .as("%d bytes", length)
                    .isThrownBy(() -> ImageSeal.decode(cut))
                    .withMessage("these are no keys of images");
        }
    }
}
