package dev.cress.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Share;

import org.junit.jupiter.api.Test;

import java.util.List;

class ReleaseTest {
    private static final FunctionName HELLO = new FunctionName("hello");

    private static Deployment full(int id, int version) {
        return new Deployment(id, id, List.of(new Share(version, 10_000)), "deploy", 0);
    }

    private static Deployment canary(int id, int candidate, int basisPoints, int stable) {
        var shares =
                List.of(new Share(candidate, basisPoints), new Share(stable, 10_000 - basisPoints));
        return new Deployment(id, id, shares, "deploy", 0);
    }

    @Test
    void anotherCandidateBeginsAnotherRollout() {
        Release release = Release.to(HELLO, 3, 2_000, canary(2, 2, 1_000, 1));
        assertThat(release.shares()).containsExactly(new Share(3, 2_000), new Share(1, 8_000));
        assertThat(release.cause()).isEqualTo("deploy");
        assertThat(release.sameRollout()).isFalse();
    }

    @Test
    void allOfTheTrafficToTheStableVersionWithdrawsTheCandidate() {
        Release release = Release.to(HELLO, 1, 10_000, canary(2, 2, 1_000, 1));
        assertThat(release.shares()).containsExactly(new Share(1, 10_000));
        assertThat(release.cause()).isEqualTo("rollback");
    }

    @Test
    void aFullDeploymentGoesBackToTheLastFullOneOfAnotherVersion() {
        var before = List.of(canary(4, 3, 10, 2), full(3, 3), full(2, 2), full(1, 1));
        assertThat(Release.back(HELLO, full(5, 3), before).shares())
                .containsExactly(new Share(2, 10_000));
    }

    @Test
    void aCanaryGoesBackToItsStableVersion() {
        assertThat(Release.back(HELLO, canary(2, 2, 10, 1), List.of(full(1, 1))).shares())
                .containsExactly(new Share(1, 10_000));
    }

    @Test
    void withNothingBeforeThereIsNothingToRollBack() {
        assertThatThrownBy(() -> Release.back(HELLO, null, List.of()))
                .hasMessage("hello: nothing is deployed");
        assertThatThrownBy(() -> Release.back(HELLO, full(2, 1), List.of(full(1, 1))))
                .hasMessage("hello: no version but 1 had all of its traffic");
    }
}
