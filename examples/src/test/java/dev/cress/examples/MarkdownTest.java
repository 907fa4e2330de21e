package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// markdown, in Rust.
@FleetTest
final class MarkdownTest {
    private final TestFleet fleet;

    MarkdownTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.deployModule("markdown");
    }

    private static String page(String title, String content) {
        return """
        <!doctype html>
        <html>
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>%s</title>
        <style>body { max-width: 45em; margin: 2em auto; padding: 0 1em; font-family: sans-serif }</style>
        </head>
        <body>
        %s</body>
        </html>
        """
                .formatted(title, content);
    }

    private void rendersAs(String document, String title, String content) {
        Answer answer = fleet.call("markdown").body(document).post("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("content-security-policy")).isNotEmpty();
        assertThat(answer.text()).isEqualTo(page(title, content));
    }

    private static void refuses(Answer answer, int status, String why) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.text()).isEqualTo(why + "\n");
    }

    @Test
    void saysHowToUseIt() {
        Answer answer = fleet.call("markdown").get("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("<title>Markdown to HTML</title>");
    }

    @Test
    void makesAPageWithTheFirstHeadingForATitle() {
        rendersAs("# Hi *you*\n", "Hi you", "<h1>Hi <em>you</em></h1>\n");
    }

    @Test
    void makesTextOfHtml() {
        rendersAs(
                "# A <b>x</b>\n\n<script>alert(1)</script>\n",
                "A &lt;b&gt;x&lt;/b&gt;",
                """
                <h1>A &lt;b&gt;x&lt;/b&gt;</h1>
                <p>&lt;script&gt;alert(1)&lt;/script&gt;
                </p>
                """);
    }

    @Test
    void takesScriptsOutOfLinks() {
        rendersAs(
                "[x](javascript:alert(1)) [y](/z)",
                "Document",
                "<p><a href=\"#\">x</a> <a href=\"/z\">y</a></p>\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n\t"})
    void refusesAnEmptyDocument(String document) {
        refuses(fleet.call("markdown").body(document).post("/"), 400, "The document is empty.");
    }

    @Test
    void refusesWhatIsNoText() {
        refuses(
                fleet.call("markdown").body(new byte[] {0x61, (byte) 0xff}).post("/"),
                400,
                "The document is not UTF-8: see byte 1, counted from 0.");
    }

    @Test
    void refusesADocumentThatIsTooLong() {
        refuses(
                fleet.call("markdown").body("a".repeat(1_048_577)).post("/"),
                413,
                "The document is too long: at most 1048576 bytes.");
    }

    @Test
    void refusesOtherMethods() {
        Answer answer = fleet.call("markdown").send("DELETE", "/");

        refuses(answer, 405, "The method must be GET, HEAD or POST.");
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD, POST");
    }
}
