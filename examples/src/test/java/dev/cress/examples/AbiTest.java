package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The same Markdown renderer by four interfaces, and a script: through router and node.
@FleetTest
final class AbiTest {
    private final TestFleet fleet;

    AbiTest(TestFleet fleet) {
        this.fleet = fleet;
    }

    @ParameterizedTest
    @ValueSource(strings = {"markdown-http-wasm", "markdown-extism", "markdown-fastly"})
    void aProgramGivesTheSameBytesByEveryInterface(String other) throws IOException {
        fleet.deployModule("markdown");
        fleet.deployModule(other);
        byte[] document =
                Files.readAllBytes(Path.of(System.getProperty("cress.root"), "README.md"));

        Answer expected = fleet.call("markdown").body(document).post("/");
        Answer answer = fleet.call(other).body(document).post("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.content()).isEqualTo(expected.content());
        assertThat(new String(answer.content(), UTF_8)).contains("<h1>Cress</h1>");
    }

    @Test
    void aScriptIsDeployedAsItIs() {
        fleet.cressOk("deploy", TestFleet.example("greeter"));

        Answer asked = fleet.call("greeter").header("accept-language", "de-DE").get("/?name=Ada");
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.header("content-language")).isEqualTo("de");
        assertThat(asked.header("content-type")).isEqualTo("application/json");
        assertThat(asked.text()).startsWith("{\"text\":\"Hallo Ada.\",\"region\":\"");
        assertThat(fleet.call("greeter").body("Grace\n").post("/").text())
                .contains("\"Hello Grace.\"");
        assertThat(fleet.call("greeter").get("/elsewhere").status()).isEqualTo(404);
    }
}
