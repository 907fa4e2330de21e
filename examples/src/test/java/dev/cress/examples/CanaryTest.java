package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cress.examples.Call.Answer;
import dev.cress.examples.TestFleet.Ran;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/// A version that gets a part of the traffic first: who has met it stays with it while the part
/// grows. One rollout, step by step.
@FleetTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CanaryTest {
    private static final String NAME = "canary";
    private static final int CLIENTS = 400;

    /// Four standard deviations of what 400 draws at 20 % give.
    private static final int TOLERANCE = CLIENTS * 8 / 100;

    private final TestFleet fleet;
    private final Set<Integer> early = new TreeSet<>();

    CanaryTest(TestFleet fleet) {
        this.fleet = fleet;
        fleet.cressOk("deploy", version("One"));
        fleet.cressOk("deploy", version("Two"), "--share", "20%");
    }

    private Path version(String greeting) {
        String config = "[capabilities]\nconfig = { GREETING = \"%s\" }\n".formatted(greeting);
        return fleet.manifest(NAME, TestFleet.module("hello"), config);
    }

    /// The clients that version 2 answers, as they ask from all over the world.
    private Set<Integer> onVersionTwo() {
        var clients = new TreeSet<Integer>();
        for (int client = 0; client < CLIENTS; client++) {
            Answer answer =
                    fleet.call(NAME)
                            .from(client % 2 == 0 ? TestFleet.IN_GERMANY : TestFleet.IN_THE_US)
                            .header("x-cress-affinity", "client-" + client)
                            .get("/");
            assertThat(answer.status()).isEqualTo(200);
            boolean two = answer.header("x-cress-version").equals("2");
            assertThat(answer.text()).startsWith(two ? "Two " : "One ");
            if (two) {
                clients.add(client);
            }
        }
        return clients;
    }

    private String traffic() {
        Ran versions = fleet.cress("versions", NAME);
        assertThat(versions.exitCode()).as(versions.err()).isZero();
        return versions.out();
    }

    @Test
    @Order(1)
    void theNewVersionGetsItsShareOfTheClients() {
        early.addAll(onVersionTwo());

        assertThat(early.size()).isCloseTo(CLIENTS * 20 / 100, within(TOLERANCE));
        assertThat(traffic()).containsPattern("2 +20%").containsPattern("1 +80%");
    }

    @Test
    @Order(2)
    void eachClientStaysOnItsVersion() {
        assertThat(onVersionTwo()).isEqualTo(early);
    }

    @Test
    @Order(3)
    void aClientIsKnownByItsCookieToo() {
        int client = early.iterator().next();

        Answer answer =
                fleet.call(NAME).header("cookie", "x-cress-affinity=client-" + client).get("/");

        assertThat(answer.header("x-cress-version")).isEqualTo("2");
    }

    @Test
    @Order(4)
    void nobodyFlipsBackWhileTheShareGrows() {
        fleet.cressOk("promote", NAME, "--share", "60%");

        Set<Integer> now = onVersionTwo();

        assertThat(now).containsAll(early);
        assertThat(now.size()).isCloseTo(CLIENTS * 60 / 100, within(TOLERANCE));
        assertThat(traffic()).containsPattern("2 +60%").containsPattern("1 +40%");
    }

    @Test
    @Order(5)
    void aPromotedVersionHasEverybody() {
        fleet.cressOk("promote", NAME);

        assertThat(onVersionTwo()).hasSize(CLIENTS);
        assertThat(traffic()).containsPattern("2 +100%").containsPattern("1 +-");
    }

    @Test
    @Order(6)
    void nothingIsLeftToPromote() {
        Ran again = fleet.cress("promote", NAME);

        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("canary has no candidate version");
    }

    @Test
    @Order(7)
    void aRollbackGivesEverybodyTheVersionBefore() {
        fleet.cressOk("rollback", NAME);

        assertThat(onVersionTwo()).isEmpty();
        assertThat(traffic()).containsPattern("1 +100%").containsPattern("2 +-");
    }

    @Test
    @Order(8)
    void thereAreNoVersionsOfAStranger() {
        Ran versions = fleet.cress("versions", "nobody");

        assertThat(versions.exitCode()).isEqualTo(1);
        assertThat(versions.err()).contains("nobody");
    }
}
