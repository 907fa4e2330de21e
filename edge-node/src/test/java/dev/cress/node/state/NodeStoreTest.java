package dev.cress.node.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Limits.TenantLimit;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;
import dev.cress.contract.Warmup;
import dev.cress.node.config.NodeException;
import dev.cress.node.state.NodeStore.StoredFunction;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

class NodeStoreTest {
    private static final byte[] MODULE = "a module".getBytes(StandardCharsets.US_ASCII);
    private static final Sha256 SHA = Sha256.of(MODULE);
    private static final FunctionName NAME = new FunctionName("hello");

    @TempDir private Path data;
    private NodeStore store;

    @BeforeEach
    void open() {
        store = NodeStore.open(data);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void openAgain() {
        store.close();
        store = NodeStore.open(data);
    }

    private static FunctionState state(FunctionName name, int deployment) {
        var manifest =
                new Manifest(
                        "wasi-cgi",
                        List.of(new Route("www.example.com", "/x/*")),
                        new Limits(1, 2, 3, 4),
                        Map.of("GREETING", "Grüß Gott"),
                        new Warmup("POST", "/a?b", "körper", 7));
        var version = new Version(7, SHA, MODULE.length, manifest, 1_234);
        return new FunctionState(
                name,
                new Deployment(deployment, 1, List.of(new Share(7, Share.ALL)), "deploy", 5_678),
                List.of(version));
    }

    @Test
    void anEmptyFolderKnowsNothing() throws IOException {
        assertThat(store.position()).isEqualTo(Position.NOWHERE);
        assertThat(store.functions()).isEmpty();
        assertThat(store.module(SHA)).isEmpty();
        assertThat(store.routerKey()).isEmpty();
    }

    @Test
    void readsAgainWhatWasWritten() throws IOException {
        var position = new Position("epoch", 42, "hash");
        var stored = new StoredFunction(state(NAME, 2), state(NAME, 1));
        store.put(stored);
        store.putModule(SHA, MODULE);
        store.routerKey("key");
        store.position(position);
        openAgain();
        assertThat(store.position()).isEqualTo(position);
        assertThat(store.functions()).containsExactly(Map.entry(NAME, stored));
        assertThat(store.module(SHA)).hasValueSatisfying(b -> assertThat(b).isEqualTo(MODULE));
        assertThat(store.routerKey()).isEqualTo("key");
    }

    @Test
    void knowsWhetherANodeOfTheBuildBeforeWroteIt() throws IOException {
        assertThat(store.hasAllTenants()).isTrue();
        store.position(new Position("epoch", 42, "hash"));
        assertThat(store.hasAllTenants()).isTrue();
        Files.writeString(
                data.resolve("position.json"),
                "{\"epoch\":\"epoch\",\"revision\":42,\"hash\":\"hash\"}");
        assertThat(store.hasAllTenants()).isFalse();
        assertThat(store.position()).isEqualTo(new Position("epoch", 42, "hash"));
    }

    @Test
    void keepsTenantsLimits() throws IOException {
        assertThat(store.limits()).isEmpty();
        var limits =
                new ControlFrame.Limits(
                        true, List.of(new TenantLimit(new TenantName("acme"), null, 12.5)));
        store.limits(limits);
        openAgain();
        assertThat(store.limits()).hasValue(limits);
    }

    @Test
    void readsAFunctionThatNeverServed() throws IOException {
        var stored = new StoredFunction(state(NAME, 1), null);
        store.put(stored);
        openAgain();
        assertThat(store.functions()).containsExactly(Map.entry(NAME, stored));
    }

    @Test
    void keepsTheNewestOfWhatIsWrittenTwice() throws IOException {
        store.put(new StoredFunction(state(NAME, 1), null));
        store.put(new StoredFunction(state(NAME, 2), null));
        store.routerKey("a long first key");
        store.routerKey("second");
        assertThat(store.functions())
                .containsExactly(Map.entry(NAME, new StoredFunction(state(NAME, 2), null)));
        assertThat(store.routerKey()).isEqualTo("second");
    }

    @Test
    void forgetsAFunction() throws IOException {
        store.put(new StoredFunction(state(NAME, 1), null));
        store.remove(NAME);
        store.remove(NAME);
        assertThat(store.functions()).isEmpty();
    }

    @Test
    void keepsOnlyTheFunctionsThatAreNamed() throws IOException {
        var kept = new FunctionName("kept");
        store.put(new StoredFunction(state(NAME, 1), null));
        store.put(new StoredFunction(state(kept, 1), null));
        Files.writeString(data.resolve("functions/spoiled.json"), "{");
        store.keepFunctions(Set.of(kept));
        assertThat(store.functions()).containsOnlyKeys(kept);
    }

    @Test
    void keepsOnlyTheModulesThatAreNamedAndThoseOnTheirWay() throws IOException {
        var onItsWay = Sha256.of(new byte[] {1});
        var gone = Sha256.of(new byte[] {2});
        Path modules = data.resolve("modules");
        store.putModule(SHA, MODULE);
        store.putModule(gone, new byte[] {2});
        Files.write(modules.resolve(onItsWay + ".wasm.new"), new byte[0]);
        Files.write(modules.resolve(gone + ".wasm.new"), new byte[0]);
        store.keepModules(Set.of(SHA, onItsWay));
        try (var files = Files.list(modules)) {
            assertThat(files)
                    .containsExactlyInAnyOrder(
                            modules.resolve(SHA + ".wasm"),
                            modules.resolve(onItsWay + ".wasm.new"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"target\":", "null", "{}", "[]", "\0\0\0\0\0\0"})
    void tellsOfAFileThatIsTornOrSpoiled(String spoiled) throws IOException {
        Files.writeString(data.resolve("position.json"), spoiled);
        assertThatThrownBy(store::position).isInstanceOf(IOException.class);
        Files.writeString(data.resolve("functions/hello.json"), spoiled);
        assertThatThrownBy(store::functions).isInstanceOf(IOException.class);
    }

    @Test
    void doesNotMindWhatACrashLeftHalfWritten() throws IOException {
        var stored = new StoredFunction(state(NAME, 1), null);
        store.put(stored);
        Files.writeString(data.resolve("functions/hello.json.new"), "{\"targ");
        openAgain();
        assertThat(store.functions()).containsExactly(Map.entry(NAME, stored));
        store.put(stored);
    }

    @Test
    void takesBytesThatAreNotWhatTheirNameSaysForNoModule() throws IOException {
        store.putModule(SHA, MODULE);
        Files.write(data.resolve("modules").resolve(SHA + ".wasm"), new byte[] {0});
        assertThat(store.module(SHA)).isEmpty();
        assertThat(data.resolve("modules").resolve(SHA + ".wasm")).doesNotExist();
    }

    @Test
    void refusesAFolderThatIsOpenAlready() {
        assertThatThrownBy(() -> NodeStore.open(data))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining(data.toString())
                .hasMessageContaining("in use by another process");
    }

    @Test
    void refusesAFolderThatAnotherProcessHas() throws Exception {
        Path heard = data.resolveSibling(data.getFileName() + ".heard");
        Process other =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                OpensAStore.class.getName(),
                                data.toString(),
                                heard.toString())
                        .start();
        try {
            assertThat(other.waitFor(20, SECONDS)).isTrue();
            assertThat(Files.readString(heard))
                    .contains(data.toString(), "in use by another process");
        } finally {
            other.destroyForcibly();
            Files.deleteIfExists(heard);
        }
    }

    /// Another process's try to open the folder; what came of it goes to a file.
    static final class OpensAStore {
        private OpensAStore() {}

        public static void main(String[] arguments) throws IOException {
            String came;
            try (var _ = NodeStore.open(Path.of(arguments[0]))) {
                came = "opened";
            } catch (NodeException e) {
                came = String.valueOf(e.getMessage());
            }
            Files.writeString(Path.of(arguments[1]), came);
        }
    }

    @Test
    void opensAFolderAgainAfterItWasClosed() {
        store.close();
        store = NodeStore.open(data);
        assertThat(data.resolve("lock")).exists();
    }

    @Test
    void namesTheFolderThatCannotBeMade() throws IOException {
        Path file = Files.createFile(data.resolve("file"));
        assertThatThrownBy(() -> NodeStore.open(file.resolve("below")))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining(file.resolve("below").toString());
    }
}
