package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cress.contract.NodeInfo;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Random;

class GeoRankingTest {
    private static final Node FRA = node("fra", 50.1, 8.7);
    private static final Node IAD = node("iad", 39.0, -77.5);
    private static final Node SIN = node("sin", 1.35, 103.8);
    private static final List<Tier> TIERS = List.of(Tier.READY, Tier.DRAINING, Tier.ASIDE);
    private static final Point BERLIN = Point.of(52.5, 13.4);

    static Node node(String name, double latitude, double longitude) {
        return Node.of(new NodeInfo(name, "r", latitude, longitude, "http://127.0.0.1:1", "test"))
                .orElseThrow();
    }

    private static GeoRanking ranking(List<Node> nodes, Tier... tiers) {
        return new GeoRanking(nodes, List.of(tiers));
    }

    private static GeoRanking ready(List<Node> nodes) {
        return new GeoRanking(nodes, Collections.nCopies(nodes.size(), Tier.READY));
    }

    @Test
    void knowsDistances() {
        assertThat(FRA.point().distanceKm(IAD.point())).isCloseTo(6_550, within(20.0));
        assertThat(FRA.point().distanceKm(SIN.point())).isCloseTo(10_260, within(20.0));
        assertThat(FRA.point().distanceKm(FRA.point())).isZero();
    }

    @Test
    void nearComesBeforeFar() {
        assertThat(ready(List.of(SIN, IAD, FRA)).best(BERLIN, 1, 3)).containsExactly(FRA, IAD, SIN);
    }

    @Test
    void nearAcrossTheDateLineIsNear() {
        Node fiji = node("fiji", -17.7, 178.0);
        Node lima = node("lima", -12.0, -77.0);
        assertThat(ready(List.of(lima, fiji)).best(Point.of(-13.8, -171.8), 1, 1))
                .containsExactly(fiji);
    }

    @Test
    void aTierIsUsedUpBeforeTheNext() {
        assertThat(
                        ranking(List.of(FRA, IAD, SIN), Tier.ASIDE, Tier.DRAINING, Tier.READY)
                                .best(BERLIN, 1, 3))
                .containsExactly(SIN, IAD, FRA);
    }

    @Test
    void whenAllLookDeadDistanceDecides() {
        assertThat(
                        ranking(List.of(SIN, IAD, FRA), Tier.ASIDE, Tier.ASIDE, Tier.ASIDE)
                                .best(BERLIN, 1, 3))
                .containsExactly(FRA, IAD, SIN);
    }

    @Test
    void nobodyIsNobody() {
        assertThat(ready(List.of()).best(BERLIN, 1, 3)).isEmpty();
    }

    @Test
    void clientsSpreadOverNodesOfOneRegionAndKeepTheirs() {
        var twins = List.of(node("fra-1", 50.1, 8.7), node("fra-2", 50.1, 8.7));
        GeoRanking ranking = ready(twins);
        GeoRanking shuffled = ready(twins.reversed());
        var counts = new HashMap<String, Integer>();
        for (int client = 0; client < 10_000; client++) {
            Node node = ranking.best(BERLIN, client, 2).getFirst();
            assertThat(shuffled.best(BERLIN, client, 2).getFirst()).isEqualTo(node);
            counts.merge(node.name(), 1, Integer::sum);
        }
        assertThat(counts.values()).allMatch(count -> count > 4_700);
    }

    @Test
    void aNodeThatJoinsTakesItsShareAndMovesNobodyElse() {
        var three = List.of(node("a", 0, 0), node("b", 0, 0), node("c", 0, 0));
        GeoRanking before = ready(three.subList(0, 2));
        GeoRanking after = ready(three);
        int moved = 0;
        for (int client = 0; client < 9_000; client++) {
            Node now = after.best(Point.NOWHERE, client, 1).getFirst();
            if (!now.equals(before.best(Point.NOWHERE, client, 1).getFirst())) {
                assertThat(now.name()).isEqualTo("c");
                moved++;
            }
        }
        assertThat(moved).isBetween(2_700, 3_300);
    }

    @Test
    void picksWhatSortingAllOfThemWould() {
        var random = new Random(7);
        var nodes = new ArrayList<Node>();
        var tiers = new ArrayList<Tier>();
        for (int i = 0; i < 500; i++) {
            nodes.add(node("n" + i, random.nextDouble(-90, 90), random.nextDouble(-180, 180)));
            tiers.add(TIERS.get(random.nextInt(TIERS.size())));
        }
        var ranking = new GeoRanking(nodes, tiers);
        for (int i = 0; i < 20; i++) {
            Point client = Point.of(random.nextDouble(-90, 90), random.nextDouble(-180, 180));
            var sorted = new ArrayList<>(nodes);
            sorted.sort(
                    (a, b) -> {
                        int tier =
                                tiers.get(nodes.indexOf(a)).compareTo(tiers.get(nodes.indexOf(b)));
                        return tier != 0
                                ? tier
                                : Double.compare(
                                        a.point().distanceKm(client), b.point().distanceKm(client));
                    });
            assertThat(ranking.best(client, i, 5)).isEqualTo(sorted.subList(0, 5));
        }
    }
}
