package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.CressHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// A node that is well and has one function not ready, for however long.
class UnreadyFunctionTest {
    private final House house;

    UnreadyFunctionTest(@TempDir Path data) {
        house = new House(data);
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    @Test
    void goesToTheNextNodeWhileAllOthersStay() {
        FakeNode near = house.frankfurt();
        house.ashburn();
        house.open();
        near.behaviour =
                request -> {
                    if (request.path().equals("/unready")) {
                        request.response().putHeader(CressHeader.FUNCTION.text(), "unready");
                        FakeNode.refuse(request, "unavailable");
                    } else {
                        near.echo(request);
                    }
                };
        for (int i = 0; i < 5; i++) {
            var elsewhere = house.get("/unready", House.GERMAN);
            assertThat(House.header(elsewhere, CressHeader.NODE.text())).isEqualTo("iad");
            assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
        }
        assertThat(house.health()).contains("\"ready\":2");
    }
}
