package dev.cress.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The data folder's files as others find them while they are written.
class NodeStoreFilesTest {
    private final Path data;
    private final NodeStore store;

    NodeStoreFilesTest(@TempDir Path data) {
        this.data = data;
        store = NodeStore.open(data);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whoeverReadsTheRouterKeyWhileItIsReplacedReadsOneWhole() throws IOException {
        store.routerKey("the old key");
        try (var reader = Files.newInputStream(data.resolve("router.key"))) {
            store.routerKey("new");
            assertThat(new String(reader.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("the old key");
        }
        assertThat(store.routerKey()).isEqualTo("new");
    }
}
