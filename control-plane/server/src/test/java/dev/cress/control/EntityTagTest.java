package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/// A function's tag is another as soon as the function is, and a change can be asked for on it.
@Timeout(60)
@ParameterizedClass
@EnumSource(Engine.class)
class EntityTagTest {
    private static final String HELLO = "/v1/functions/hello";
    private static final int ROUNDS = 100;

    @Parameter Engine engine = Engine.SQLITE;

    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder, engine);
        plane.deployed("hello", 1);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private String tag() {
        return plane.get(HELLO).headers().firstValue("etag").orElseThrow();
    }

    private Reply getUnless(String path, String tag) {
        return plane.send(plane.authorised(path).header("if-none-match", tag).build());
    }

    private Reply rollback(String ifMatch, int version) {
        return plane.send(
                plane.authorised(HELLO + "/rollback")
                        .header("if-match", ifMatch)
                        .POST(BodyPublishers.ofString("{\"version\":" + version + "}"))
                        .build());
    }

    @Test
    void whatIsKnownIsNotSentAgain() {
        for (String path :
                List.of(
                        HELLO,
                        HELLO + "/versions",
                        HELLO + "/deployments",
                        "/v1/functions",
                        "/v1/modules")) {
            Reply first = plane.get(path);
            String tag = first.headers().firstValue("etag").orElseThrow();
            Reply again = getUnless(path, tag);
            assertThat(again.status()).as(path).isEqualTo(304);
            assertThat(again.text()).isEmpty();
            assertThat(again.headers().firstValue("etag")).hasValue(tag);
            plane.deployed("hello", path.hashCode());
            Reply moved = getUnless(path, tag);
            assertThat(moved.status()).as(path).isEqualTo(200);
            assertThat(moved.headers().firstValue("etag"))
                    .isNotEqualTo(first.headers().firstValue("etag"));
        }
    }

    @Test
    void everyChangeOfAFunctionMovesItsTag() {
        String first = tag();
        plane.version("hello", 2);
        String second = tag();
        plane.deploy("hello", 2, 500);
        String third = tag();
        plane.post(HELLO + "/rollback", "");
        assertThat(List.of(first, second, third, tag())).doesNotHaveDuplicates();
        plane.deployed("other", 3);
        String fourth = tag();
        plane.deployed("other", 4);
        assertThat(tag()).isEqualTo(fourth);
    }

    @Test
    void aChangeIsMadeIfTheFunctionIsWhatItsCallerSaw() {
        plane.version("hello", 2);
        String seen = tag();
        assertThat(rollback(seen, 2).status()).isEqualTo(200);
        Reply late = rollback(seen, 1);
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.code()).isEqualTo("precondition-failed");
        assertThat(late.headers().firstValue("etag")).hasValue(tag());
        assertThat(rollback("W/" + tag(), 1).status()).isEqualTo(412);
        assertThat(rollback("\"other\", " + tag(), 1).status()).isEqualTo(200);
        assertThat(rollback("*", 2).status()).isEqualTo(200);
        assertThat(deleteIf(seen).status()).isEqualTo(412);
        assertThat(deleteIf(tag()).status()).isEqualTo(200);
        Reply gone = deleteIf("*");
        assertThat(gone.status()).isEqualTo(412);
        assertThat(gone.detail()).contains("no function hello");
    }

    private Reply deleteIf(String tag) {
        return plane.send(plane.authorised(HELLO).header("if-match", tag).DELETE().build());
    }

    @Test
    void anAnswerIsHadAgainThoughTheTagHasMoved() {
        plane.version("hello", 2);
        var request =
                plane.authorised(HELLO + "/rollback")
                        .header("if-match", tag())
                        .header("idempotency-key", "a")
                        .POST(BodyPublishers.ofString("{\"version\":2}"))
                        .build();
        Reply first = plane.send(request);
        assertThat(first.status()).isEqualTo(200);
        assertThat(plane.send(request).text()).isEqualTo(first.text());
    }

    @Test
    void ofTwoWritersWithOneTagOneWins() {
        plane.version("hello", 2);
        for (int round = 0; round < ROUNDS; round++) {
            String body = "{\"version\":" + (2 - round % 2) + "}";
            var request =
                    plane.authorised(HELLO + "/rollback")
                            .header("if-match", tag())
                            .POST(BodyPublishers.ofString(body))
                            .build();
            var one = plane.client().sendAsync(request, BodyHandlers.ofString());
            var other = plane.client().sendAsync(request, BodyHandlers.ofString());
            assertThat(List.of(one.join(), other.join()))
                    .extracting(HttpResponse::statusCode)
                    .containsExactlyInAnyOrder(200, 412);
        }
    }
}
