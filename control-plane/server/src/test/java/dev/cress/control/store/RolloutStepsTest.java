package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Api.RolloutState;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Outcomes;
import dev.cress.contract.RolloutPlan;
import dev.cress.contract.RolloutPlan.Margin;
import dev.cress.contract.RolloutPlan.OnWorse;
import dev.cress.contract.RolloutPlan.Step;
import dev.cress.contract.Share;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A rollout by its plan, as it stands in the store, on each engine.
@ParameterizedClass
@EnumSource(Engine.class)
class RolloutStepsTest {
    private static final FunctionName HELLO = new FunctionName("hello");
    static final RolloutPlan WAVES =
            new RolloutPlan(
                    List.of(
                            new Step(List.of("fra"), 1_000),
                            new Step(List.of("fra", "iad"), 10_000),
                            Step.ALL),
                    0L,
                    Margin.DEFAULT,
                    OnWorse.ROLLBACK);

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private StoreLocation location;
    private OpenStore open;
    private Releasing releasing;
    private RolloutSteps steps;

    @BeforeEach
    void open() {
        location = engine.fresh(folder);
        open = new OpenStore(location).follow();
        releasing = new Releasing(open.store, InstantSource.system());
        steps = new RolloutSteps(open.store, InstantSource.system());
        open.released("hello", open.module(folder, 1));
        await(open.version("hello", open.module(folder, 2)));
    }

    @AfterEach
    void close() {
        open.close();
    }

    private Deployment begin() {
        return await(releasing.deploy(Terms.NONE, HELLO, 2, WAVES)).deployment();
    }

    private RolloutSteps.Due due() {
        assertThat(await(steps.drive())).isTrue();
        return await(steps.due()).getFirst();
    }

    private Deployment present() {
        return Objects.requireNonNull(await(open.store.function(HELLO)).deployment());
    }

    private RolloutState state() {
        return Objects.requireNonNull(await(open.store.function(HELLO)).rollout());
    }

    @Test
    void eachStepIsADeploymentThatReachesMore() {
        Deployment first = begin();
        assertThat(first.sharesIn("fra")).containsExactly(new Share(2, 1_000), new Share(1, 9_000));
        assertThat(first.sharesIn("iad")).containsExactly(new Share(1, 10_000));
        assertThat(first.full()).isFalse();

        assertThat(await(steps.step(due()))).isTrue();
        Deployment second = present();
        assertThat(second.sharesIn("iad")).containsExactly(new Share(2, 10_000));
        assertThat(second.sharesIn("sin")).containsExactly(new Share(1, 10_000));
        assertThat(second.rollout()).as("nobody flips back").isEqualTo(first.rollout());

        assertThat(await(steps.step(due()))).isTrue();
        assertThat(present().full()).isTrue();
        assertThat(present().stableVersion()).isEqualTo(2);
        assertThat(state().state()).isEqualTo(StoredRollout.DONE);
        assertThat(await(steps.due())).isEmpty();
        assertThat(open.numbersHeard()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(await(open.store.audit().list(null, Long.MAX_VALUE, 10)))
                .extracting(entry -> entry.operation() + " " + entry.thing())
                .containsOnly("rollout step hello");
    }

    @Test
    void whatIsWorseLosesAllAtOnceAndTheReasonStays() {
        begin();
        assertThat(await(steps.back(due(), "it was slow"))).isTrue();
        assertThat(present().shares()).containsExactly(new Share(1, 10_000));
        assertThat(present().wave()).isNull();
        assertThat(present().reason()).isEqualTo("it was slow");
        assertThat(state().state()).isEqualTo(StoredRollout.ROLLED_BACK);
        assertThat(state().reason()).isEqualTo("it was slow");
        var entry = await(open.store.audit().list(null, Long.MAX_VALUE, 1)).getFirst();
        assertThat(entry.operation()).isEqualTo("rollout rollback");
        assertThat(entry.outcome()).isEqualTo("it was slow");
        assertThat(await(steps.due())).isEmpty();
    }

    @Test
    void whatIsHeldKeepsWhatItHasUntilSomebodyDecides() {
        Deployment first = begin();
        assertThat(await(steps.hold(due(), "it failed"))).isTrue();
        assertThat(present()).isEqualTo(first);
        assertThat(state().state()).isEqualTo(StoredRollout.HELD);
        assertThat(await(steps.due())).isEmpty();
        await(open.store.deploy(Terms.NONE, HELLO, 2, 10_000));
        assertThat(state().state()).isEqualTo(StoredRollout.REPLACED);
    }

    @Test
    void whateverIsDeployedTakesTheRolloutsPlace() {
        begin();
        var seen = due();
        await(open.store.rollback(Terms.NONE, HELLO, null));
        assertThat(state().state()).isEqualTo(StoredRollout.REPLACED);
        assertThat(await(steps.step(seen))).isFalse();
        assertThat(await(steps.back(seen, "late"))).isFalse();
        assertThat(present().shares()).containsExactly(new Share(1, 10_000));
    }

    @Test
    void theSamePlanAgainChangesNothing() {
        Deployment first = begin();
        assertThat(begin()).isEqualTo(first);
        assertThat(open.numbersHeard()).containsExactly(1L, 2L);
    }

    @Test
    void whoHasNotTheLeaseDoesNothing() {
        begin();
        var seen = due();
        try (var another = new OpenStore(location)) {
            var others = new RolloutSteps(another.store, InstantSource.system());
            assertThat(await(others.drive())).isFalse();
            await(steps.rest());
            assertThat(await(others.drive())).isTrue();
            assertThat(await(steps.step(seen))).isFalse();
            assertThat(await(others.step(seen))).isTrue();
        } catch (StoreException e) {
            // one file has one server
            assertThat(engine).isEqualTo(Engine.SQLITE);
        }
    }

    @Test
    void aStolenLeaseFencesWhoHadIt() {
        begin();
        var seen = due();
        await(
                open.store.aside(
                        tables ->
                                tables.transaction()
                                        .update(
                                                "UPDATE lease SET token = token + 1 WHERE name ="
                                                        + " 'rollouts'")));
        assertThatThrownBy(() -> await(steps.step(seen)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("ran out");
        assertThat(state().step()).isEqualTo(1);
    }

    @Test
    void whatServersCountIsAddedUpOncePerServerAndGoesAfterADay() {
        Deployment first = begin();
        for (int requests = 1; requests <= 3; requests++) {
            var counted = new Outcomes(requests, 1, Map.of(7, 1L));
            await(
                    steps.count(
                            List.of(
                                    new RolloutSteps.Counted(
                                            HELLO, first.rollout(), first.id(), 2, "fra", counted),
                                    new RolloutSteps.Counted(
                                            new FunctionName("gone"), 1, 1, 1, "fra", counted))));
        }
        assertThat(due().counted())
                .extracting(row -> row.outcomes().requests())
                .containsExactly(3L);
        assertThat(await(new Retention(open.store).trimOutcomes(Duration.ofHours(1)))).isZero();
        assertThat(await(new Retention(open.store).trimOutcomes(Duration.ofSeconds(-10)))).isOne();
        assertThat(due().counted()).isEmpty();
    }

    @Test
    void aFunctionThatIsDeletedTakesItsRolloutAlong() {
        begin();
        await(open.store.delete(Terms.NONE, HELLO));
        assertThat(await(steps.due())).isEmpty();
    }

    @Test
    void theFirstVersionOfAFunctionGetsAllAtOnce() {
        await(open.store.delete(Terms.NONE, HELLO));
        await(open.version("hello", open.module(folder, 3)));
        assertThat(await(releasing.deploy(Terms.NONE, HELLO, 3, WAVES)).deployment().full())
                .isTrue();
        assertThat(await(steps.due())).isEmpty();
    }
}
