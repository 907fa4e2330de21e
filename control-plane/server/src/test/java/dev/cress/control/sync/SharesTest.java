package dev.cress.control.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

class SharesTest {
    private static final Offset<Double> NEARLY = within(1e-6);

    /// Of a rate of 100.
    @ParameterizedTest
    @CsvSource({
        "0, 0, 50, 50",
        "1000, 0, 95, 5",
        "0, 1000, 5, 95",
        "1000, 1000, 50, 50",
        "1000, 10, 85, 15",
        "10, 10, 50, 50",
        "60, 20, 70, 30"
    })
    void followWhatIsAskedFor(double asked, double askedThere, double share, double shareThere) {
        Map<String, Double> shares = Shares.of(100, Map.of("fra-1", asked, "iad-1", askedThere));
        assertThat(shares.get("fra-1")).isEqualTo(share, NEARLY);
        assertThat(shares.get("iad-1")).isEqualTo(shareThere, NEARLY);
    }

    @Test
    void areTheRateTogetherWhateverIsAskedFor() {
        var random = new Random(1);
        for (int round = 0; round < 10_000; round++) {
            Map<String, Double> demands = new HashMap<>();
            int nodes = 1 + random.nextInt(20);
            for (int node = 0; node < nodes; node++) {
                demands.put("node-" + node, Math.pow(10, random.nextDouble(5)) - 1);
            }
            double rate = 1 + random.nextInt(10_000);
            Map<String, Double> shares = Shares.of(rate, demands);
            assertThat(shares.values().stream().mapToDouble(share -> share).sum())
                    .isEqualTo(rate, NEARLY);
            assertThat(shares.values()).allMatch(share -> share > 0);
        }
    }

    @Test
    void areNobodysWithoutNodes() {
        assertThat(Shares.of(100, Map.of())).isEmpty();
    }
}
