package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;

/// A filter in front of a function, by manifest: through router and node.
@FleetTest
final class GuardTest {
    private static final Path GUARD = TestFleet.module("guard");

    private final TestFleet fleet;

    GuardTest(TestFleet fleet) {
        this.fleet = fleet;
    }

    @BeforeAll
    void deploy() {
        fleet.cressOk("deploy", TestFleet.example("guard"));
    }

    private Call guarded() {
        return fleet.call("guard");
    }

    @Test
    void theFilterAnswersWhoeverDoesNotKnowTheWord() {
        for (String said :
                new String[] {"Bearer open-barley", "Bearer open-sesame2", "open-sesame"}) {
            Answer answer = guarded().header("authorization", said).get("/");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
            assertThat(answer.text()).isEqualTo("Who goes there?\n");
            assertThat(answer.header("x-cress-version")).isNotEmpty();
        }
        assertThat(guarded().get("/").status()).isEqualTo(401);
    }

    @Test
    void whoKnowsItReachesTheFunction() {
        Answer answer = guarded().header("authorization", "Bearer open-sesame").get("/?name=Ada");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .startsWith("Hello Ada from ")
                .contains("function guard version 1");
        assertThat(answer.header("vary")).isEqualTo("authorization");
    }

    @Test
    void severalStandInOrderEachWithAConfigOfItsOwnAndTheFunctionHasTheVersions()
            throws IOException {
        Path manifest =
                fleet.manifest(
                        "twice-guarded",
                        TestFleet.module("hello"),
                        """
                        [capabilities]
                        config = { GREETING = "Moin", TOKEN = "the functions own" }
                        [[filter]]
                        module = '%s'
                        config = { TOKEN = "one" }
                        [[filter]]
                        module = '%s'
                        config = { TOKEN = "two" }
                        """
                                .formatted(GUARD, GUARD));
        fleet.cressOk("deploy", manifest);
        // the first takes the header away, so that the second never hears the word
        for (String word : new String[] {"one", "two", "the functions own"}) {
            Answer answer =
                    fleet.call("twice-guarded").header("authorization", "Bearer " + word).get("/");
            assertThat(answer.status()).isEqualTo(401);
        }
        Path once =
                fleet.manifest(
                        "twice-guarded",
                        TestFleet.module("hello"),
                        """
                        [capabilities]
                        config = { GREETING = "Moin" }
                        [[filter]]
                        module = '%s'
                        config = { TOKEN = "two" }
                        """
                                .formatted(GUARD));
        assertThat(fleet.cress("deploy", once).err()).contains("  - filter ", "{TOKEN=one}");
        Answer answer = fleet.call("twice-guarded").header("authorization", "Bearer two").get("/");
        assertThat(answer.text()).startsWith("Moin from ");
    }

    @Test
    void onlyAHandlerOfHttpWasmStandsInFront() throws IOException {
        Path manifest =
                fleet.manifest(
                        "badly-guarded",
                        TestFleet.module("hello"),
                        "[[filter]]\nmodule = '%s'\n".formatted(TestFleet.module("markdown")));
        TestFleet.Ran ran = fleet.cress("deploy", manifest);
        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.err())
                .contains("module exports no handle_request, as the ABI http-wasm has it");
    }

    @Test
    void aFilterWithoutItsModuleIsRefused() throws IOException {
        Path manifest =
                fleet.manifest("unguarded", TestFleet.module("hello"), "[[filter]]\nconfig = {}\n");
        TestFleet.Ran ran = fleet.cress("deploy", manifest);
        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.err()).contains("a [[filter]] names no module");
    }
}
