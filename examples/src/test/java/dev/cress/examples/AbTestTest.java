package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// ab-test, in Java by way of TeaVM.
@FleetTest
final class AbTestTest {
    private final TestFleet fleet;

    AbTestTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.cressOk("deploy", TestFleet.example("ab-test"));
    }

    private Call call() {
        return fleet.call("ab-test");
    }

    private static String cookie(String variant) {
        return "variant=%s; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax".formatted(variant);
    }

    private static void isAPage(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("cache-control")).isEqualTo("private");
        assertThat(answer.header("vary")).isEqualTo("Cookie");
    }

    @ParameterizedTest
    @CsvSource({"variant=A, A, Try it today", "x=1; variant=B, B, 'Join 10,000 others'"})
    void keepsToTheCookie(String cookie, String variant, String heading) {
        Answer answer = call().header("cookie", cookie).get("/");

        isAPage(answer);
        assertThat(answer.header("set-cookie")).isEmpty();
        assertThat(answer.text())
                .contains("<title>Variant %s</title>".formatted(variant))
                .contains("<h1>%s</h1>".formatted(heading));
    }

    /// The draw is a hash of the client's address, 127.0.0.1 here, and its browser.
    @ParameterizedTest
    @CsvSource({"ann, B", "ben, A"})
    void drawsAVariantForANewVisitor(String browser, String variant) {
        Answer answer = call().header("user-agent", browser).get("/");

        isAPage(answer);
        assertThat(answer.header("set-cookie")).isEqualTo(cookie(variant));
        assertThat(answer.text()).contains("You see variant %s.".formatted(variant));
    }

    @Test
    void drawsAgainForACookieThatIsNoVariant() {
        Answer answer = call().header("user-agent", "ann").header("cookie", "variant=C").get("/");

        assertThat(answer.header("set-cookie")).isEqualTo(cookie("B"));
        assertThat(answer.text()).contains("You see variant B.");
    }

    @ParameterizedTest
    @CsvSource({"0, ann, A", "100, ben, B"})
    void givesEachVariantTheShareThatIsConfigured(String percent, String browser, String variant) {
        String name = "ab-" + percent;
        deploy(name, percent);

        Answer answer = fleet.call(name).header("user-agent", browser).get("/");

        assertThat(answer.header("set-cookie")).isEqualTo(cookie(variant));
        assertThat(answer.text()).contains("You see variant %s.".formatted(variant));
    }

    @Test
    void logsAShareThatIsNoNumberAndGoesOn() {
        deploy("ab-abc", "abc");

        Answer answer = fleet.call("ab-abc").header("user-agent", "ann").get("/");

        isAPage(answer);
        assertThat(answer.text()).contains("You see variant B.");
        assertThat(fleet.logged("ab-abc", answer.header("x-request-id")).stderr())
                .contains("PERCENT_B is abc, must be a whole number from 0 to 100");
    }

    private void deploy(String name, String percent) {
        String config = "[capabilities]\nconfig = { PERCENT_B = \"%s\" }\n".formatted(percent);
        fleet.cressOk("deploy", fleet.manifest(name, TestFleet.module("ab-test"), config));
    }

    @Test
    void answersHeadWithoutAPage() {
        Answer answer = call().header("cookie", "variant=A").send("HEAD", "/");

        isAPage(answer);
        assertThat(answer.content()).isEmpty();
    }

    @Test
    void refusesOtherMethods() {
        Answer answer = call().post("/");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD");
        assertThat(answer.text()).isEqualTo("The method must be GET or HEAD.\n");
    }
}
