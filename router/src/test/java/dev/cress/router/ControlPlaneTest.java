package dev.cress.router;

import static dev.cress.router.House.eventually;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.CressHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The router and its control plane, there or not.
class ControlPlaneTest {
    private final House house;

    ControlPlaneTest(@TempDir Path data) {
        house = new House(data);
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    @Test
    void aNewDirectoryTakesEffect() {
        FakeNode near = house.frankfurt();
        FakeNode far = house.ashburn();
        house.open();
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
        house.publish(far);
        house.knows(1);
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
        house.publish(near, far);
        house.knows(2);
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
    }

    @Test
    void aNodeThatTheDirectoryCallsDrainingComesLast() {
        FakeNode near = house.frankfurt();
        FakeNode far = house.ashburn();
        house.open();
        house.control.publish(
                new Directory(
                        List.of(
                                new Directory.Entry(near.info(), true, true),
                                new Directory.Entry(far.info(), true, false))));
        eventually().until(() -> house.health().contains("\"ready\":1"));
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
    }

    @Test
    void aNodeThatLostTheControlPlaneServesOn() {
        FakeNode near = house.frankfurt();
        house.ashburn();
        house.open();
        house.control.publish(
                new Directory(List.of(new Directory.Entry(near.info(), false, false))));
        house.knows(1);
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
    }

    @Test
    void whenItIsGoneTheNextOneTellsOfNodes() {
        house.frankfurt();
        FakeNode far = house.ashburn();
        try (var next = new FakeControlPlane(house.vertx, 0)) {
            next.publish(new Directory(List.of(new Directory.Entry(far.info(), true, false))));
            house.open(house.config().by(List.of(house.control.uri(), next.uri())));
            house.control.close();
            house.knows(1);
            assertThat(house.nodeFor(House.GERMAN)).isEqualTo("iad");
        }
    }

    @Test
    void framesThatItDoesNotKnowArePassedOver() {
        house.frankfurt();
        house.open();
        house.control.say("{\"type\":\"fireworks\",\"colour\":\"green\"}");
        house.control.say("not even JSON");
        house.ashburn();
        house.publishAll();
        house.knows(2);
    }

    @Test
    void servesOnWhileTheControlPlaneIsAwayAndHearsItAgain() {
        house.frankfurt();
        house.open();
        int port = house.control.port();
        house.control.close();
        eventually().until(() -> house.health().contains("\"control_connected\":false"));
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
        house.control = new FakeControlPlane(house.vertx, port);
        house.ashburn();
        house.publishAll();
        house.knows(2);
    }

    @Test
    void startsFromDiskWhileTheControlPlaneIsAway() {
        FakeNode node = house.frankfurt();
        house.open();
        eventually().until(() -> Files.exists(house.data.resolve("router-directory.json")));
        house.closeRouter();
        house.control.close();
        house.restart();
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
        assertThat(node.seen.getLast().header(CressHeader.ROUTER_KEY))
                .isEqualTo(FakeControlPlane.ROUTER_KEY);
    }

    @Test
    void keepsTheRouterKeyToItself() throws IOException {
        house.frankfurt();
        house.open();
        Path file = house.data.resolve("router-directory.json");
        eventually().until(() -> Files.exists(file));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(house.data.resolve("router-directory.json.tmp")).doesNotExist();
    }

    @Test
    void aTornDirectoryOnDiskIsLeftAside() throws IOException {
        Files.writeString(house.data.resolve("router-directory.json"), "{\"router_key\":\"x\",");
        house.frankfurt();
        house.open();
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
    }

    @Test
    void withoutADirectoryItSaysSo() {
        house.control.close();
        house.restart();
        var response = house.get("/", House.GERMAN);
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body()).contains("the router knows of no node yet");
        assertThat(house.health()).contains("\"status\":\"no-nodes\"");
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> house.open(house.config().withListen("127.0.0.1", port)))
                    .isInstanceOf(RouterException.class)
                    .hasMessage("port %d is taken on 127.0.0.1: choose another with --port", port);
        }
    }

    @Test
    void anAddressThatIsNotOursIsNamed() {
        assertThatThrownBy(() -> house.open(house.config().withListen("192.0.2.1", 0)))
                .isInstanceOf(RouterException.class)
                .hasMessageStartingWith("can't listen on 192.0.2.1:0");
    }

    @Test
    void aSecondRouterOnADataFolderIsRefused() {
        house.frankfurt();
        house.open();
        assertThatThrownBy(() -> Router.start(house.config()))
                .isInstanceOf(RouterException.class)
                .hasMessageContaining("is in use by another router");
    }

    @Test
    void aDataFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(house.data.resolve("file"));
        var config =
                RouterConfig.of(house.control.uri(), FakeControlPlane.TOKEN, file.resolve("x"));
        assertThatThrownBy(() -> Router.start(config))
                .isInstanceOf(RouterException.class)
                .hasMessageContaining("can't be written");
    }

    @Test
    void aMissingLocationTableIsNamed() {
        var config = house.config().withLocationTable(house.data.resolve("none.mmdb"));
        assertThatThrownBy(() -> Router.start(config))
                .isInstanceOf(RouterException.class)
                .hasMessageContaining("none.mmdb");
    }
}
