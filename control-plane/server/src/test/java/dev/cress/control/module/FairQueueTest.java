package dev.cress.control.module;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class FairQueueTest {
    private static final int MAX = 4;

    private final FairQueue<String> queue = new FairQueue<>(MAX);

    private void offer(String tenant, int count) {
        for (int i = 1; i <= count; i++) {
            assertThat(queue.offer(tenant, tenant + i)).isTrue();
        }
    }

    private List<String> polled(int count) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(queue.poll().orElseThrow());
        }
        return all;
    }

    @Test
    void tenantsTakeTurnsAndEachHasItsOldestFirst() {
        offer("a", 3);
        offer("b", 2);
        offer("c", 1);
        assertThat(polled(6)).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
        assertThat(queue.poll()).isEmpty();
    }

    @Test
    void whoHasHadNoTurnIsNextHoweverMuchOthersHaveWaiting() {
        offer("a", 4);
        assertThat(polled(2)).containsExactly("a1", "a2");
        offer("b", 2);
        assertThat(polled(4)).containsExactly("b1", "a3", "b2", "a4");
    }

    @Test
    void whoComesOneByOneTakesNoMoreTurnsThanWhoWaits() {
        offer("a", 4);
        offer("b", 1);
        assertThat(polled(2)).containsExactly("a1", "b1");
        offer("b", 1);
        assertThat(polled(2)).containsExactly("a2", "b1");
        offer("b", 1);
        assertThat(polled(2)).containsExactly("a3", "b1");
    }

    @Test
    void aFullQueueIsItsTenantsOnly() {
        offer("a", MAX);
        assertThat(queue.offer("a", "one too many")).isFalse();
        offer("b", MAX);
        assertThat(queue.size()).isEqualTo(2 * MAX);
        assertThat(polled(1)).containsExactly("a1");
        assertThat(queue.offer("a", "again")).isTrue();
        assertThat(queue.size("a")).isEqualTo(MAX);
    }

    @Test
    void whatIsTakenOutHasNoTurnAndLeavesRoom() {
        offer("a", MAX);
        assertThat(queue.remove("a", "a2")).isTrue();
        assertThat(queue.remove("a", "a2")).isFalse();
        assertThat(queue.remove("b", "a3")).isFalse();
        assertThat(queue.offer("a", "a5")).isTrue();
        assertThat(polled(4)).containsExactly("a1", "a3", "a4", "a5");
    }

    @Test
    void allThatWaitsIsTakenOutAtOnce() {
        offer("a", 2);
        offer("b", 1);
        assertThat(queue.drain()).containsExactly("a1", "a2", "b1");
        assertThat(queue.size()).isZero();
        assertThat(queue.poll()).isEqualTo(Optional.empty());
    }

    @Test
    void anyNumberOfTenantsMayComeAndGo() {
        for (int i = 0; i < 10 * FairQueue.TURNS_KEPT_MAX; i++) {
            offer("tenant" + i, 1);
            assertThat(polled(1)).hasSize(1);
        }
        assertThat(queue.tenantsKnown()).isEqualTo(FairQueue.TURNS_KEPT_MAX);
    }
}
