package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// hello, in C.
@FleetTest
final class HelloTest {
    private final TestFleet fleet;

    HelloTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.deployModule("hello");
    }

    private Call inGermany() {
        return fleet.call("hello").from(TestFleet.IN_GERMANY);
    }

    /// The lines that every answer ends with.
    private static String tail(Answer answer) {
        return "This is function hello version %s on node %s.\nYour request is %s.\n"
                .formatted(
                        answer.header("x-cress-version"),
                        answer.header("x-cress-node"),
                        answer.header("x-request-id"));
    }

    @ParameterizedTest
    @CsvSource({
        TestFleet.IN_GERMANY + ", fra, Germany (DE)",
        TestFleet.IN_THE_US + ", iad, the United States (US)"
    })
    void theNearestNodeAnswers(String client, String region, String country) {
        Answer answer = fleet.call("hello").from(client).get("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("x-cress-node")).isEqualTo(region + "-1");
        assertThat(answer.header("x-cress-version")).isEqualTo("1");
        assertThat(answer.header("x-request-id")).isNotEmpty();
        assertThat(answer.text())
                .isEqualTo(
                        "Hello from %s!\nYou are in %s.\n".formatted(region, country)
                                + tail(answer));
    }

    @Test
    void admitsThatItDoesNotKnowWhereLoopbackIs() {
        Answer answer = fleet.call("hello").get("/");

        assertThat(answer.text()).contains("I can't tell where you are.\n").endsWith(tail(answer));
    }

    @ParameterizedTest
    @CsvSource({"/?name=Ada, Ada", "/?x=1&name=J%C3%BCrgen+K, Jürgen K", "/any/path?name=Ada, Ada"})
    void greetsByName(String target, String name) {
        Answer answer = inGermany().get(target);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .isEqualTo(
                        "Hello %s from fra!\nYou are in Germany (DE).\n".formatted(name)
                                + tail(answer));
    }

    @ParameterizedTest
    @CsvSource({"5, 5 bytes", "1, 1 byte"})
    void saysHowLongTheBodyIs(int bytes, String words) {
        Answer answer = inGermany().body("x".repeat(bytes)).post("/");

        assertThat(answer.text())
                .isEqualTo(
                        "Hello from fra!\nYou are in Germany (DE).\n"
                                + tail(answer)
                                + "Your request body has %s.\n".formatted(words));
    }

    @Test
    void answersHeadWithoutABody() {
        Answer answer = inGermany().send("HEAD", "/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.content()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/?name=%ff, The name is not UTF-8.",
        "/?name=%00, The name has control characters.",
    })
    void refusesANameThatIsNoText(String target, String why) {
        Answer answer = inGermany().get(target);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).isEqualTo(why + "\n");
    }

    @Test
    void refusesANameThatIsBadlyEncoded() {
        assertThat(inGermany().getRaw("/?name=%4"))
                .startsWith("HTTP/1.1 400 ")
                .contains(
                        "The name is not percent-encoded correctly: % takes two hexadecimal"
                                + " digits.\n");
    }

    @Test
    void refusesANameThatIsTooLong() {
        Answer answer = inGermany().get("/?name=" + "a".repeat(65));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).isEqualTo("The name is too long: at most 64 bytes.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH"})
    void refusesOtherMethods(String method) {
        Answer answer = inGermany().send(method, "/");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD, POST");
        assertThat(answer.text()).isEqualTo("The method must be GET, HEAD or POST.\n");
    }

    @Test
    void greetsAsItIsConfigured() {
        fleet.cressOk(
                "deploy",
                fleet.manifest(
                        "moin",
                        TestFleet.module("hello"),
                        """
                        [capabilities]
                        config = { GREETING = "Moin" }
                        """));

        assertThat(fleet.call("moin").from(TestFleet.IN_GERMANY).get("/").text())
                .startsWith("Moin from fra!\nYou are in Germany (DE).\n");
    }
}
