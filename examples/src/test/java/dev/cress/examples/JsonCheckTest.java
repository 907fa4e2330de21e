package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// json-check, in Go.
@FleetTest
final class JsonCheckTest {
    private final TestFleet fleet;

    JsonCheckTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.deployModule("json-check");
    }

    private Call call() {
        return fleet.call("json-check");
    }

    private static void refuses(Answer answer, int status, String title, String rest) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.text())
                .isEqualTo(
                        "{\"title\":\"%s\",\"status\":%d,\"detail\":%s}\n"
                                .formatted(title, status, rest));
    }

    @Test
    void saysHowToUseIt() {
        Answer answer = call().get("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.text())
                .isEqualTo(
                        "POST a JSON document of at most 1 MiB here. Add ?require=a,b to ask for"
                                + " properties.\n");
    }

    @Test
    void saysWhatIsInADocument() {
        Answer answer = call().body("{\"a\":[1,\"x\",null,true]}").post("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.text())
                .isEqualTo(
                        "{\"valid\":true,\"bytes\":23,\"sha256\":\"aa93e2cb2b6b6a4e27302b0b640738ebcb839c7979c4eb25fb595db05d35ca36\",\"objects\":1,\"arrays\":1,\"strings\":1,\"numbers\":1,\"booleans\":1,\"nulls\":1,\"depth\":2}\n");
    }

    @Test
    void findsRequiredProperties() {
        assertThat(call().body("{\"a\":1}").post("/?require=a").text()).contains("\"valid\":true");
    }

    @Test
    void namesThePropertiesThatAreMissing() {
        refuses(
                call().body("{\"a\":1}").post("/?require=a,b,c"),
                422,
                "Properties Missing",
                "\"the document is no object with all the required properties\","
                        + "\"missing\":[\"b\",\"c\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\\n \"b\": tru} | expected the word true | 2 | 10",
                "[1,] | expected a value | 1 | 4",
                "{} x | there is more after the document's end | 1 | 4",
                "`` | the document ends where a value should be | 1 | 1",
            })
    void pointsToTheFirstFault(String document, String detail, int line, int column) {
        refuses(
                call().body(document.replace("\\n", "\n")).post("/"),
                422,
                "Not JSON",
                "\"%s\",\"line\":%d,\"column\":%d".formatted(detail, line, column));
    }

    @Test
    void refusesWhatIsNoText() {
        refuses(
                call().body(new byte[] {0x22, (byte) 0xff, 0x22}).post("/"),
                422,
                "Not JSON",
                "\"not UTF-8\",\"line\":1,\"column\":2");
    }

    @Test
    void refusesADocumentThatIsNestedTooDeep() {
        refuses(
                call().body("[".repeat(513)).post("/"),
                422,
                "Not JSON",
                "\"nested deeper than 512\",\"line\":1,\"column\":513");
    }

    @Test
    void refusesAPropertyWithoutAName() {
        refuses(
                call().body("{}").post("/?require=a,"),
                400,
                "Bad Request",
                "\"require has an empty name in it\"");
    }

    @Test
    void refusesADocumentThatIsTooLong() {
        refuses(
                call().body(" ".repeat(1_048_577)).post("/"),
                413,
                "Content Too Large",
                "\"the document is too long: at most 1048576 bytes\"");
    }

    @Test
    void refusesOtherMethods() {
        Answer answer = call().send("PUT", "/");

        refuses(answer, 405, "Method Not Allowed", "\"the method must be GET, HEAD or POST\"");
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD, POST");
    }
}
