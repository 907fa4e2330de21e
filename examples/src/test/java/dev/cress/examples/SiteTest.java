package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Files that a version brings: for clients without its guest, and for the guest.
@FleetTest
class SiteTest {
    private static final Path STYLE = TestFleet.example("site").resolve("public/style.css");

    private final TestFleet fleet;

    SiteTest(TestFleet fleet) {
        this.fleet = fleet;
    }

    @BeforeAll
    void deploy() {
        fleet.cressOk("deploy", TestFleet.example("site"));
    }

    private Call site() {
        return fleet.call("site");
    }

    @Test
    void filesAreAnsweredWithoutTheGuest() throws IOException {
        Answer style = site().get("/style.css");
        assertThat(style.status()).isEqualTo(200);
        assertThat(style.text()).isEqualTo(Files.readString(STYLE));
        assertThat(style.header("content-type")).isEqualTo("text/css; charset=utf-8");
        assertThat(style.header("etag")).matches("\"[0-9a-f]{32}\"");
        assertThat(style.header("x-cress-version")).isNotEmpty();
        assertThat(style.header("x-request-id")).isNotEmpty();
        assertThat(style.header("server-timing")).isEmpty();
        assertThat(site().get("/").text()).contains("<h1>Cresses</h1>");
        assertThat(site().get("/articles/../%73tyle.css").text()).isEqualTo(style.text());
    }

    @Test
    void whatTheClientHasIsNotSentAgain() {
        String etag = site().get("/style.css").header("etag");
        Answer same = site().header("if-none-match", "\"x\", W/" + etag).get("/style.css");
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.text()).isEmpty();
        assertThat(same.header("etag")).isEqualTo(etag);
        assertThat(site().header("if-none-match", "\"x\"").get("/style.css").status())
                .isEqualTo(200);
        assertThat(site().header("if-match", "\"x\"").get("/style.css").status()).isEqualTo(412);
    }

    @Test
    void aHeadIsTheGetWithoutItsBody() throws IOException {
        Answer head = site().send("HEAD", "/style.css");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.text()).isEmpty();
        assertThat(head.header("content-length")).isEqualTo("" + Files.size(STYLE));
    }

    @ParameterizedTest
    @CsvSource({"bytes=0-3,body", "bytes=5-5,{", "bytes=-3,' }\n'", "bytes=78-1000,' }\n'"})
    void aPartIsSentAlone(String range, String content) throws IOException {
        Answer part = site().header("range", range).get("/style.css");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo(content);
        assertThat(part.header("content-range"))
                .matches("bytes [0-9]+-[0-9]+/" + Files.size(STYLE));
    }

    @Test
    void aPartThatIsNotThereIsRefusedAndWhatIsNoPartIgnored() throws IOException {
        Answer beyond = site().header("range", "bytes=1000-").get("/style.css");
        assertThat(beyond.status()).isEqualTo(416);
        assertThat(beyond.header("content-range")).isEqualTo("bytes */" + Files.size(STYLE));
        for (String range : List.of("bytes=3-1", "lines=1-2", "bytes=0-1,3-4", "bytes=-")) {
            assertThat(site().header("range", range).get("/style.css").status())
                    .as(range)
                    .isEqualTo(200);
        }
        Answer old = site().header("range", "bytes=0-1").header("if-range", "\"x\"").get("/");
        assertThat(old.status()).isEqualTo(200);
    }

    @Test
    void theGuestAnswersWhatIsNoFile() {
        Answer found = site().get("/search?q=Pepper");
        assertThat(found.text())
                .isEqualTo(
                        """
                        /articles/garden-cress.txt:3: It tastes of pepper.
                        /articles/watercress.txt:2: It tastes of pepper, too.
                        """);
        Answer missing = site().get("/nothing");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.text()).contains("Nothing grows here");
        assertThat(site().get("/articles").status()).isEqualTo(404);
        assertThat(site().send("POST", "/style.css").status()).isEqualTo(404);
    }

    @Test
    void theGuestSortsThroughItsScratchFolder() {
        var random = new Random(3);
        List<String> lines =
                IntStream.range(0, 20_000).mapToObj(_ -> "line " + random.nextInt()).toList();
        String sorted = lines.stream().sorted().collect(Collectors.joining("\n", "", "\n"));
        for (int i = 0; i < 2; i++) {
            Answer answer = site().body(String.join("\n", lines)).post("/sort");
            assertThat(answer.text()).isEqualTo(sorted);
        }
    }

    @Test
    void whatAManifestNamesMustBeThere() throws IOException {
        Path manifest =
                fleet.manifest(
                        "no-folder",
                        TestFleet.module("site"),
                        "[assets]\ndir = \"nowhere\"\nserve = true\n");
        TestFleet.Ran ran = fleet.cress("deploy", manifest);
        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.err()).contains("nowhere").contains("no folder");
    }

    @Test
    void whatLiesCompressedBesideAFileGoesToWhoeverTakesIt(@TempDir Path folder)
            throws IOException {
        Files.createDirectories(folder.resolve("docs"));
        Files.writeString(folder.resolve("app.js"), "plain");
        Files.writeString(folder.resolve("app.js.gz"), "gzipped");
        Files.writeString(folder.resolve("app.js.br"), "brotli");
        Files.writeString(folder.resolve("docs/index.html"), "the docs");
        fleet.cressOk(
                "deploy",
                fleet.manifest(
                        "packed-site",
                        TestFleet.module("site"),
                        "[assets]\ndir = '%s'\nserve = true\n".formatted(folder)));
        Call packed = fleet.call("packed-site");
        Answer plain = packed.get("/app.js");
        assertThat(plain.text()).isEqualTo("plain");
        assertThat(plain.header("content-encoding")).isEmpty();
        assertThat(plain.header("vary")).isEqualToIgnoringCase("accept-encoding");
        Answer brotli = packed.header("accept-encoding", "gzip, br;q=0.5").get("/app.js");
        assertThat(brotli.text()).isEqualTo("brotli");
        assertThat(brotli.header("content-encoding")).isEqualTo("br");
        assertThat(brotli.header("content-type")).isEqualTo(plain.header("content-type"));
        assertThat(brotli.header("etag")).isNotEqualTo(plain.header("etag"));
        assertThat(packed.header("accept-encoding", "br;q=0, gzip").get("/app.js").text())
                .isEqualTo("gzipped");

        Answer folderOf = packed.get("/docs?a=b");
        assertThat(folderOf.status()).isEqualTo(308);
        assertThat(folderOf.header("location")).isEqualTo("/docs/?a=b");
        assertThat(packed.get("/docs/").text()).isEqualTo("the docs");
    }

    @Test
    void filesAreServedOnlyWhereTheManifestSaysSo() throws IOException {
        Path manifest =
                fleet.manifest(
                        "quiet-site",
                        TestFleet.module("site"),
                        "[assets]\ndir = '%s'\n"
                                .formatted(TestFleet.example("site").resolve("public")));
        fleet.cressOk("deploy", manifest);
        Call quiet = fleet.call("quiet-site");
        assertThat(quiet.get("/style.css").status()).isEqualTo(404);
        assertThat(quiet.get("/search?q=cloth").text()).contains("garden-cress");
        assertThat(quiet.body("b\na").post("/sort").status()).isEqualTo(500);
    }
}
