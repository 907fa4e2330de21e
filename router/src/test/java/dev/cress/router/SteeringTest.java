package dev.cress.router;

import static dev.cress.router.House.eventually;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.TreeSet;

/// Which node gets a request.
class SteeringTest {
    private final House house;

    SteeringTest(@TempDir Path data) {
        house = new House(data);
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    @Test
    void prefersTheNearerNode() {
        house.frankfurt();
        house.ashburn();
        house.open();
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
        assertThat(house.nodeFor(House.AMERICAN)).isEqualTo("iad");
        assertThat(house.nodeFor("2001:4860:4860::8888")).isEqualTo("iad");
    }

    @Test
    void aClientOfUnknownPlaceKeepsItsNodeAndClientsSpread() {
        house.frankfurt();
        house.ashburn();
        house.open();
        var answered = new TreeSet<String>();
        for (int i = 1; i <= 20; i++) {
            String client = "10.0.%d.1".formatted(i);
            String node = house.nodeFor(client);
            assertThat(house.nodeFor(client)).isEqualTo(node);
            answered.add(node);
        }
        assertThat(answered).containsExactly("fra", "iad");
    }

    @Test
    void drainingNodesComeLast() {
        house.frankfurt().health = 503;
        house.ashburn();
        house.open(house.config().withHealth(House.QUICK));
        eventually().untilAsserted(() -> assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad"));
        house.nodes.getFirst().health = 200;
        eventually().untilAsserted(() -> assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra"));
    }

    @Test
    void checksCarryTheRouterKey() {
        FakeNode node = house.frankfurt();
        house.open(house.config().withHealth(House.QUICK));
        eventually().until(() -> !node.checkedWithKey.isEmpty());
        assertThat(node.checkedWithKey).containsOnly(FakeControlPlane.ROUTER_KEY);
    }
}
