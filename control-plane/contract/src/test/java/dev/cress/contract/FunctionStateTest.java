package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;

/// What of a function a region has, as versions are placed and deployments share the traffic.
class FunctionStateTest {
    private static Version version(int number, String... regions) {
        Manifest manifest = Manifest.DEFAULT.with(new Placement(List.of(regions)));
        return new Version(number, Sha256.of(new byte[0]), 1, manifest, 0);
    }

    private static FunctionState state(
            List<Share> shares, @Nullable Wave wave, Version... versions) {
        var deployment = new Deployment(3, 3, shares, wave, Deployment.STEP, "", 0);
        return new FunctionState(new FunctionName("f"), deployment, List.of(versions));
    }

    private static List<Share> all(int version) {
        return List.of(new Share(version, Share.ALL));
    }

    private static List<Share> tenth(int candidate, int stable) {
        return List.of(new Share(candidate, 1_000), new Share(stable, 9_000));
    }

    @Test
    void aVersionThatSaysNothingIsEverywhere() {
        var state = state(all(1), null, version(1));
        assertThat(state.sharesIn("fra")).isEqualTo(all(1));
        assertThat(state.regions()).isEmpty();
        assertThat(state.placed()).isFalse();
    }

    @Test
    void elsewhereThereIsNothingNotEvenWhatIsKeptForGoingBack() {
        var state = state(all(2), null, version(1, "iad"), version(2, "fra"));
        assertThat(state.isIn("iad")).isFalse();
        assertThat(state.versionsIn("iad")).isEmpty();
        assertThat(state.versionsIn("fra")).extracting(Version::number).containsExactly(2);
        assertThat(state.regions()).containsExactly("fra");
    }

    @Test
    void whatIsKeptForGoingBackIsWhereItIsPlacedToo() {
        var state = state(all(2), null, version(1), version(2, "fra"), version(3, "iad"));
        assertThat(state.versionsIn("fra")).extracting(Version::number).containsExactly(1, 2);
    }

    @Test
    void ofTwoVersionsARegionHasThoseThatArePlacedThere() {
        var state = state(tenth(2, 1), null, version(1, "fra"), version(2, "fra", "iad"));
        assertThat(state.sharesIn("fra")).isEqualTo(tenth(2, 1));
        assertThat(state.sharesIn("iad")).containsExactly(new Share(2, 1_000));
        assertThat(state.sharesIn("sin")).isEmpty();
        assertThat(state.regions()).containsExactly("fra", "iad");
    }

    @Test
    void versionsAreComparedOnlyWhereBothAre() {
        var state = state(tenth(2, 1), null, version(1, "fra"), version(2, "fra", "iad"));
        assertThat(state.comparesIn("fra")).isTrue();
        assertThat(state.comparesIn("iad")).isFalse();
    }

    @Test
    void aWaveAddsTheRegionsThatItHasReached() {
        var wave = new Wave(List.of("iad"), all(2));
        var state = state(all(1), wave, version(1, "fra"), version(2, "fra", "iad"));
        assertThat(state.regions()).containsExactly("fra", "iad");
        assertThat(state.sharesIn("iad")).isEqualTo(all(2));
        assertThat(state.sharesIn("fra")).isEqualTo(all(1));
        assertThat(state(all(1), wave, version(1), version(2, "iad")).regions())
                .as("the stable version is everywhere")
                .isEmpty();
    }
}
