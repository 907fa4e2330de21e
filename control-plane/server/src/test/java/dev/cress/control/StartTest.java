package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

class StartTest {
    @TempDir Path parent = Path.of("");

    private static void assertRefused(ControlPlaneConfig config, String... words) {
        assertThatThrownBy(() -> ControlPlane.start(config, new MagicPreparer()).close())
                .isInstanceOf(ControlPlaneException.class)
                .message()
                .contains(words);
    }

    private ControlPlaneConfig config() {
        return ControlPlaneConfig.of(parent.resolve("data")).withPort(0);
    }

    private void change(String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + parent.resolve("data/store.db"));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void defaultsAreVisible() {
        var config = ControlPlaneConfig.of(parent);
        assertThat(config.bindAddress()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(7070);
        assertThat(config.insecure()).isFalse();
        assertThat(config.limits())
                .isEqualTo(
                        new ControlPlaneConfig.Caps(
                                52_428_800,
                                1_048_576,
                                274_877_906_944L,
                                2_000,
                                200,
                                100,
                                Duration.ofSeconds(5)));
        assertThatThrownBy(() -> config.withPort(65_536)).hasMessageContaining("0 to 65,535");
    }

    @Test
    void theDataFolderIsMadeForItsOwnerOnly() throws IOException {
        try (var control = ControlPlane.start(config(), new MagicPreparer())) {
            assertThat(control.url()).isEqualTo("http://127.0.0.1:" + control.port());
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(parent.resolve("data"))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void aSecondOneOnADataFolderIsRefused() {
        try (var _ = ControlPlane.start(config(), new MagicPreparer())) {
            assertRefused(
                    config(),
                    "data folder " + parent.resolve("data") + " is in use by process ",
                    String.valueOf(ProcessHandle.current().pid()));
        }
        ControlPlane.start(config(), new MagicPreparer()).close();
    }

    @Test
    void aFolderThatCanNotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        assertRefused(
                ControlPlaneConfig.of(file.resolve("data")),
                "data folder " + file.resolve("data") + " can't be written");
        assertRefused(ControlPlaneConfig.of(file), "can't be written: it is a file");
        assertRefused(
                ControlPlaneConfig.of(Path.of("/proc/cress")), "/proc/cress can't be written");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    config().withPort(taken.getLocalPort()),
                    "port "
                            + taken.getLocalPort()
                            + " is taken on 127.0.0.1: choose another with --control-port");
        }
        ControlPlane.start(config(), new MagicPreparer()).close();
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        assertRefused(config().withBindAddress("no.such.host.invalid", false), "is unknown");
    }

    @Test
    void beyondLoopbackItSpeaksTlsUnlessItIsToldNotTo() {
        for (boolean insecure : new boolean[] {false, true}) {
            var bound = config().withBindAddress("0.0.0.0", insecure);
            try (var control = ControlPlane.start(bound, new MagicPreparer())) {
                assertThat(control.url()).startsWith(insecure ? "http://0" : "https://localhost:");
                assertThat(control.authority().isEmpty()).isEqualTo(insecure);
            }
        }
    }

    @Test
    void aStoreOfANewerProgramIsLeftAlone() throws SQLException {
        ControlPlane.start(config(), new MagicPreparer()).close();
        change("PRAGMA user_version = 99");
        assertRefused(config(), "has schema 99, this program knows up to ");
    }

    @Test
    void aStoreOfAnOlderProgramIsBroughtUpToDateAndKeepsWhatItHas() throws SQLException {
        try (var plane = Plane.start(parent.resolve("data"))) {
            plane.deployed("hello", 1);
        }
        change("DROP TABLE schema_step");
        change("DROP TABLE node_relay");
        change("DROP TABLE tag");
        change("DROP TABLE pushed");
        change("DROP TABLE blob_chunk");
        change("DROP TABLE blob");
        change("DROP TABLE secret_held");
        change("DROP TABLE secret");
        change("DROP TABLE outcome");
        change("DROP TABLE rollout");
        change("ALTER TABLE deployment DROP COLUMN wave");
        change("ALTER TABLE deployment DROP COLUMN reason");
        change("DROP TABLE version_blob");
        change("DROP INDEX version_module");
        change("DROP INDEX module_stored");
        change("ALTER TABLE module DROP COLUMN stored");
        change("DROP TABLE audit");
        change("DROP TABLE holding");
        change("DROP TABLE tenant");
        change("DROP INDEX function_tenant");
        change("ALTER TABLE function DROP COLUMN tenant");
        change("ALTER TABLE token DROP COLUMN tenant");
        change("ALTER TABLE token DROP COLUMN expires_at_ms");
        change("ALTER TABLE token DROP COLUMN last_used_ms");
        change("DROP TABLE join_token");
        change("DROP TABLE member");
        change("DROP TABLE answer");
        change("DROP TABLE lease");
        change("DROP TABLE server");
        change("DROP TABLE node_function");
        change("DROP TABLE node");
        change(
                "CREATE TABLE node (name TEXT PRIMARY KEY, info TEXT NOT NULL, revision INTEGER NOT"
                        + " NULL, last_seen_ms INTEGER NOT NULL) STRICT");
        change("DROP TABLE head");
        change("DROP TABLE bundle_chunk");
        change("DROP TABLE bundle");
        change("PRAGMA user_version = 1");
        try (var plane = Plane.start(parent.resolve("data"))) {
            assertThat(plane.get("/v1/functions/hello").text()).contains("\"number\":1");
            assertThat(plane.post("/v1/store/collect", "{\"older_than_s\": 0}").text())
                    .contains("\"modules\":0");
            assertThat(plane.get("/v1/functions/hello/versions").text())
                    .doesNotContain("collected");
            assertThat(plane.get("/v1/assets/" + "0".repeat(64)).status()).isEqualTo(404);
        }
    }

    @Test
    void anAlteredLogIsNoticed() throws SQLException {
        try (var plane = Plane.start(parent.resolve("data"))) {
            plane.deployed("hello", 1);
            plane.deployed("hello", 2);
        }
        change("UPDATE revision SET change = replace(change, 'hello', 'hallo') WHERE number = 1");
        assertRefused(config(), "revision 1 of the log", "altered");
    }

    @Test
    void aFileThatIsNoStoreIsNoticed() throws IOException {
        Files.createDirectories(parent.resolve("data"));
        Files.writeString(parent.resolve("data/store.db"), "no store at all".repeat(1_000));
        assertRefused(config(), parent.resolve("data").toString(), "damaged");
    }

    @Test
    void closingTwiceIsClosingOnce() {
        var control = ControlPlane.start(config(), new MagicPreparer());
        control.close();
        control.close();
        assertThat(Files.exists(control.operatorTokenFile())).isTrue();
    }
}
