package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// token, in AssemblyScript, with the key of its own manifest.
@FleetTest
final class TokenTest {
    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final String HEADER = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    private static final String GOOD_CLAIMS =
            HEADER + ".eyJzdWIiOiJhZGEiLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0";
    private static final String GOOD = GOOD_CLAIMS + ".lJrOTr7Vd-kjifEQzvXQVDegZujPSRcdO5H3847QLoY";
    private static final String OLD =
            HEADER
                    + ".eyJzdWIiOiJhZGEiLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMzYwMH0"
                    + ".VAX74CJRsbVryzkr6sGSo0lmakqCIWnvvlPurPVhVKY";
    private static final String FORGED =
            GOOD_CLAIMS + ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final long LIFETIME_S = 3600;

    private final TestFleet fleet;

    TokenTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.cressOk("deploy", TestFleet.example("token"));
    }

    private Call call() {
        return fleet.call("token");
    }

    private Answer check(String authorization) {
        return call().header("authorization", authorization).get("/check");
    }

    private static void refuses(Answer answer, int status, String why) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.text()).isEqualTo(why + "\n");
    }

    @Test
    void signsClaimsForAnHour() throws GeneralSecurityException {
        long before = Instant.now().getEpochSecond();
        Answer answer = call().body("{\"sub\":\"ada\"}").post("/sign");
        long after = Instant.now().getEpochSecond();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/jwt");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        String[] parts = answer.text().split("\\.", -1);
        assertThat(parts).hasSize(3);
        assertThat(parts[0]).isEqualTo(HEADER);
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), US_ASCII);
        assertThat(claims).matches("\\{\"sub\":\"ada\",\"iat\":[0-9]+,\"exp\":[0-9]+}");
        long issued = Long.parseLong(claims.replaceAll(".*\"iat\":([0-9]+).*", "$1"));
        assertThat(issued).isBetween(before, after);
        assertThat(claims).endsWith("\"exp\":" + (issued + LIFETIME_S) + "}");
        assertThat(parts[2]).isEqualTo(signature(parts[0] + "." + parts[1]));
    }

    private static String signature(String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY.getBytes(US_ASCII), "HmacSHA256"));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(mac.doFinal(text.getBytes(US_ASCII)));
    }

    @Test
    void acceptsOnAnotherNodeWhatOneSigned() {
        Answer signed = call().from(TestFleet.IN_GERMANY).body("{\"sub\":\"ada\"}").post("/sign");
        Answer checked =
                call().from(TestFleet.IN_THE_US)
                        .header("authorization", "Bearer " + signed.text())
                        .get("/check");

        assertThat(signed.header("x-cress-node")).isEqualTo("fra-1");
        assertThat(checked.header("x-cress-node")).isEqualTo("iad-1");
        assertThat(checked.status()).isEqualTo(200);
        assertThat(checked.text()).startsWith("{\"sub\":\"ada\",\"iat\":");
    }

    @Test
    void answersTheClaimsOfAGoodToken() {
        Answer answer = check("Bearer " + GOOD);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.text())
                .isEqualTo("{\"sub\":\"ada\",\"iat\":1700000000,\"exp\":4102444800}\n");
    }

    @ParameterizedTest
    @CsvSource({
        OLD + ", The token is expired",
        FORGED + ", The token is badly signed",
        "nonsense, The token is malformed: it must have three parts",
    })
    void refusesATokenThatIsNotGood(String token, String why) {
        Answer answer = check("Bearer " + token);

        refuses(answer, 401, why + ".");
        assertThat(answer.header("www-authenticate"))
                .isEqualTo(
                        "Bearer realm=\"token\", error=\"invalid_token\", error_description=\"%s\""
                                .formatted(why));
    }

    @Test
    void asksForATokenWhenThereIsNone() {
        Answer other = check("Basic YTpi");
        Answer none = call().get("/check");

        refuses(other, 401, "A bearer token is needed.");
        assertThat(other.header("www-authenticate")).isEqualTo("Bearer realm=\"token\"");
        refuses(none, 401, "The request has no Authorization header.");
        assertThat(none.header("www-authenticate")).isEqualTo("Bearer realm=\"token\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"sub\": | a value is needed, see character 8",
                "[] | a JSON object is needed, see character 1",
                "{\"exp\":1} | iat and exp are set here",
            })
    void refusesClaimsThatItCannotSign(String claims, String why) {
        refuses(
                call().body(claims).post("/sign"),
                400,
                "The claims can't be signed: %s.".formatted(why));
    }

    @Test
    void refusesClaimsThatAreTooLong() {
        refuses(
                call().body(" ".repeat(16_385)).post("/sign"),
                413,
                "The claims are too long: at most 16384 bytes.");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /sign, POST, The method must be POST.",
        "POST, /check, 'GET, HEAD', The method must be GET or HEAD.",
    })
    void refusesOtherMethods(String method, String path, String allowed, String why) {
        Answer answer = call().send(method, path);

        refuses(answer, 405, why);
        assertThat(answer.header("allow")).isEqualTo(allowed);
    }

    @Test
    void saysWhatThereIsWhenNothingIsThere() {
        refuses(
                call().get("/"),
                404,
                "There is nothing here. There are POST /sign and GET /check.");
    }

    @Test
    void failsAndLogsWhyWithoutAKey() {
        fleet.cressOk("deploy", "keyless", TestFleet.module("token"));

        Answer answer = fleet.call("keyless").get("/check");

        refuses(answer, 500, "This function has no key of the right length: see its log.");
        assertThat(fleet.logged("keyless", answer.header("x-request-id")).stderr())
                .contains("TOKEN_KEY has 0 bytes, at least 32 are needed");
    }
}
