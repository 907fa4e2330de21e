package dev.cress.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The data folder's files as others find them while they are written, or after a crash.
class NodeStoreFilesTest {
    private static final byte[] MODULE = {0, 'a', 's', 'm'};
    private static final Sha256 NAME = Sha256.of(MODULE);

    private final Path data;
    private NodeStore store;

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

    @Test
    void onlyItsOwnerReadsTheRouterKey() throws IOException {
        store.routerKey("first");
        store.routerKey("second");
        var permissions = Files.getPosixFilePermissions(data.resolve("router.key"));
        assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rw-------");
    }

    @Test
    void aModuleThatIsBeingWrittenIsLeftAlone() throws IOException {
        Path writing = Files.write(data.resolve("modules/" + NAME.hex() + ".wasm.new"), MODULE);
        store.keepModules(Set.of());
        assertThat(writing).exists();
    }

    @Test
    void onlyModulesThatAreNamedStay() throws IOException {
        byte[] other = {1};
        store.putModule(NAME, MODULE);
        store.putModule(Sha256.of(other), other);
        store.keepModules(Set.of(NAME));
        assertThat(store.module(NAME)).contains(MODULE);
        assertThat(store.module(Sha256.of(other))).isEmpty();
    }

    @Test
    void whatACrashLeftHalfWrittenIsGoneAfterTheNextStart() throws IOException {
        Path module = Files.write(data.resolve("modules/" + NAME.hex() + ".wasm.new"), MODULE);
        Path function = Files.write(data.resolve("functions/hello.json.new"), MODULE);
        store.close();
        store = NodeStore.open(data);
        assertThat(module).doesNotExist();
        assertThat(function).doesNotExist();
    }
}
