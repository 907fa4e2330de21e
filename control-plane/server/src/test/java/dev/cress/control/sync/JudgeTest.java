package dev.cress.control.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Outcomes;
import dev.cress.contract.RolloutPlan.Margin;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;

class JudgeTest {
    /// So many requests, of which so many fail, each taking as long as the last but for the slow
    /// ones.
    private static Outcomes outcomes(int requests, int errors, int slow, int slowMs) {
        long[] counts = new long[Outcomes.BUCKETS];
        counts[bucket(10)] = (long) requests - slow;
        counts[bucket(slowMs)] += slow;
        return Outcomes.of(requests, errors, counts);
    }

    private static int bucket(long ms) {
        return Outcomes.bucket(Duration.ofMillis(ms).toNanos());
    }

    private static Optional<String> worse(Outcomes candidate, Outcomes stable) {
        return Judge.worse(Margin.DEFAULT, candidate, stable);
    }

    @Test
    void fewerThanFiveHundredRequestsOnEitherSideDecideNothing() {
        var bad = outcomes(499, 499, 499, 1_000);
        var good = outcomes(10_000, 0, 0, 10);
        assertThat(worse(bad, good)).isEmpty();
        assertThat(worse(outcomes(10_000, 10_000, 10_000, 1_000), outcomes(499, 0, 0, 10)))
                .isEmpty();
        assertThat(worse(outcomes(500, 500, 500, 1_000), outcomes(500, 0, 0, 10))).isPresent();
    }

    @Test
    void oneOfTenThatFailsIsWorse() {
        assertThat(worse(outcomes(500, 50, 0, 10), outcomes(500, 0, 0, 10)))
                .hasValue("10.00 % of 500 requests failed, 0.00 % of 500 of the stable version");
    }

    @Test
    void errorsMustBeAPointMoreAndTwiceAsMany() {
        int many = 1_000_000;
        var stable = outcomes(many, 20_000, 0, 10);
        assertThat(worse(outcomes(many, 39_000, 0, 10), stable)).as("not twice").isEmpty();
        assertThat(worse(outcomes(many, 41_000, 0, 10), stable)).isPresent();
        var clean = outcomes(many, 100, 0, 10);
        assertThat(worse(outcomes(many, 9_900, 0, 10), clean)).as("not a point").isEmpty();
        assertThat(worse(outcomes(many, 10_500, 0, 10), clean)).isPresent();
    }

    @Test
    void theSlowestOfAHundredMustTakeAFifthLongerAndFiveMs() {
        int many = 100_000;
        var stable = outcomes(many, 0, 5_000, 100);
        assertThat(worse(outcomes(many, 0, 5_000, 110), stable)).as("a tenth").isEmpty();
        assertThat(worse(outcomes(many, 0, 5_000, 140), stable).orElseThrow())
                .startsWith("99 of 100 of 100000 requests took up to 14");
        var fast = outcomes(many, 0, 5_000, 11);
        assertThat(worse(outcomes(many, 0, 5_000, 14), fast)).as("3 ms").isEmpty();
        assertThat(worse(outcomes(many, 0, 5_000, 20), fast)).isPresent();
    }

    @Test
    void aPlanMaySayAnotherMargin() {
        var margin = new Margin(100, 2_000, 2.0, 20, 5);
        var stable = outcomes(500, 0, 0, 10);
        assertThat(Judge.worse(margin, outcomes(500, 50, 0, 10), stable)).isEmpty();
        assertThat(Judge.worse(margin, outcomes(100, 50, 0, 10), stable)).isPresent();
    }

    /// The same version, asked about after each hundred requests more, with times as they are: a
    /// few far slower than the rest.
    @Test
    void aVersionThatIsTheSameIsHardlyEverWorse() {
        var random = new Random(7);
        int wrong = 0;
        for (int attempt = 0; attempt < 300; attempt++) {
            long[] some = new long[Outcomes.BUCKETS];
            long[] others = new long[Outcomes.BUCKETS];
            int failed = 0;
            int othersFailed = 0;
            boolean judged = false;
            for (int count = 1; count <= 3_000; count++) {
                some[time(random)]++;
                others[time(random)]++;
                failed += random.nextInt(100) == 0 ? 1 : 0;
                othersFailed += random.nextInt(100) == 0 ? 1 : 0;
                if (count % 100 == 0) {
                    judged |=
                            worse(
                                            Outcomes.of(count, failed, some),
                                            Outcomes.of(count, othersFailed, others))
                                    .isPresent();
                }
            }
            wrong += judged ? 1 : 0;
        }
        assertThat(wrong).as("of 300 rollouts").isLessThanOrEqualTo(2);
    }

    private static int time(Random random) {
        return bucket((long) (5 * Math.exp(random.nextGaussian())));
    }
}
