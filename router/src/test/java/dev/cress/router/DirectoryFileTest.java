package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/// A start with whatever lies in the data folder.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectoryFileTest {
    private final House house;

    DirectoryFileTest(@TempDir Path data) {
        house = new House(data);
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "[]",
                "{\"router_key\":\"x\",\"directory\":null}",
                "{\"router_key\":\"x\",\"directory\":{}}",
                "{\"router_key\":\"x\",\"directory\":{\"nodes\":[{}]}}",
                "{\"router_key\":\"x\",\"directory\":{\"nodes\":[null]}}",
                "{\"router_key\":\"x\",\"directory\":{\"nodes\":[{\"node\":{}}]}}",
                "{\"router_key\":\"x\",\"directory\":{\"nodes\":[{\"node\":"
                        + "{\"name\":\"fra\",\"region\":\"fra\"}}]}}"
            })
    void aFileWithoutADirectoryIsLeftAside(String text) throws IOException {
        Files.writeString(house.data.resolve("router-directory.json"), text);
        house.frankfurt();
        house.open();
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
    }

    @Test
    void aStartThatFailedLeavesTheFolderToTheNext() throws IOException {
        house.frankfurt();
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> house.open(house.config().withAdmin("127.0.0.1", port)))
                    .hasMessageContaining("port %d is taken", port);
        }
        house.open();
        assertThat(house.nodeFor(House.GERMAN)).isEqualTo("fra");
    }
}
