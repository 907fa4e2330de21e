package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// avatar, in Zig.
@FleetTest
final class AvatarTest {
    private static final String ETAG = "\"1-128-fdee430d40bd57de\"";

    /// Where a PNG has its width and height (its specification, §11.2.1).
    private static final int WIDTH_AT = 16;

    private final TestFleet fleet;

    AvatarTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.deployModule("avatar");
    }

    private Call call() {
        return fleet.call("avatar");
    }

    private static void refuses(Answer answer, int status, String why) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.text()).isEqualTo(why + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 128, 585, 254dc74b077ecb8499be533e2aeed1dd4a4f0778162badee68d7d7e048b2d680",
        "?size=16, 16, 131, 35a1fe411b3251ff9e0738026babe70c6be79537f798a3e72e12e9f47f3cd1af",
        "?size=512, 512, 2113, 8d662a376c2d58079cf96ac352610ac46c67533d8c43187a4071d444ba0cd292",
    })
    void drawsTheSamePictureForTheSameText(String query, int pixels, int bytes, String sha256)
            throws NoSuchAlgorithmException {
        Answer answer = call().get("/avatar/ada.png" + query);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("image/png");
        assertThat(answer.header("cache-control")).isEqualTo("public, max-age=86400");
        assertThat(answer.header("etag")).isEqualTo("\"1-%d-fdee430d40bd57de\"".formatted(pixels));
        assertThat(answer.content()).hasSize(bytes);
        var png = ByteBuffer.wrap(answer.content());
        assertThat(png.getInt(WIDTH_AT)).isEqualTo(pixels);
        assertThat(png.getInt(WIDTH_AT + 4)).isEqualTo(pixels);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(answer.content());
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
    }

    @ParameterizedTest
    @ValueSource(strings = {ETAG, "\"x\", W/" + ETAG, "*"})
    void sendsNoPictureThatTheClientHas(String etags) {
        Answer answer = call().header("if-none-match", etags).get("/avatar/ada.png");

        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.header("etag")).isEqualTo(ETAG);
        assertThat(answer.content()).isEmpty();
    }

    @Test
    void sendsThePictureWhenTheClientHasAnother() {
        Answer answer = call().header("if-none-match", "\"x\"").get("/avatar/ada.png");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.content()).hasSize(585);
    }

    @Test
    void answersHeadWithoutAPicture() {
        Answer answer = call().send("HEAD", "/avatar/ada.png");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("etag")).isEqualTo(ETAG);
        assertThat(answer.content()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"15", "513", "big", ""})
    void refusesASizeOutOfRange(String size) {
        refuses(
                call().get("/avatar/ada.png?size=" + size),
                400,
                "The size must be a number from 16 to 512.");
    }

    @Test
    void refusesATextThatIsTooLong() {
        refuses(
                call().get("/avatar/" + "a".repeat(513) + ".png"),
                400,
                "The text is too long: at most 512 bytes.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/avatar/.png"})
    void saysWhatThereIsWhenNothingIsThere(String path) {
        refuses(
                call().get(path),
                404,
                "There is nothing here. Ask for /avatar/<any text>.png, or for /avatar/<any"
                        + " text>.png?size=64.");
    }

    @Test
    void refusesOtherMethods() {
        Answer answer = call().post("/avatar/ada.png");

        refuses(answer, 405, "The method must be GET or HEAD.");
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD");
    }
}
