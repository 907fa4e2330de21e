package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Api.ModuleInfo;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;

/// Parts of a module, across the pieces in which it is stored.
class RangesTest {
    private static final int CHUNK = 1 << 20;
    private static final int BYTES = 2 * CHUNK + 1_000;

    private final byte[] module = MagicPreparer.module(7, BYTES);
    private Path folder;
    private Plane plane;
    private String path = "";

    @BeforeEach
    void start(@TempDir Path folder) {
        this.folder = folder;
        plane = Plane.start(folder);
        path = "/v1/modules/" + plane.upload(module).as(ModuleInfo.class).sha256();
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private HttpResponse<byte[]> ask(String... headers) throws IOException, InterruptedException {
        var request = plane.authorised(path).headers(headers).build();
        return plane.client().send(request, BodyHandlers.ofByteArray());
    }

    private void assertPart(int first, int last) throws IOException, InterruptedException {
        var answer = ask("range", "bytes=%d-%d".formatted(first, last));
        int end = Math.min(last + 1, module.length);
        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.headers().firstValue("content-range"))
                .hasValue("bytes %d-%d/%d".formatted(first, end - 1, module.length));
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(module, first, end));
    }

    @Test
    void aPartIsWhatTheWholeHasThere() throws Exception {
        assertPart(0, 0);
        assertPart(10, CHUNK - 1);
        assertPart(CHUNK - 1, CHUNK);
        assertPart(CHUNK, 2 * CHUNK);
        assertPart(CHUNK + 5, module.length + 100);
        var rest = ask("range", "bytes=%d-".formatted(CHUNK - 3));
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(module, CHUNK - 3, module.length));
    }

    @Test
    void theWholeComesWhereNoPartIsAskedFor() throws Exception {
        var whole = ask("accept", "*/*");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(module);
        String tag = whole.headers().firstValue("etag").orElseThrow();
        assertThat(ask("range", "bytes=5-", "if-range", tag).statusCode()).isEqualTo(206);
        assertThat(ask("range", "bytes=5-", "if-range", "\"other\"").statusCode()).isEqualTo(200);
        assertThat(ask("range", "lines=5-").statusCode()).isEqualTo(200);
    }

    /// What says that it has all of its bytes and hasn't must break off.
    @Test
    void aPieceThatIsMissingBreaksTheAnswerOff() throws Exception {
        alter("DELETE FROM module_chunk WHERE position = 1");
        assertThatThrownBy(() -> ask("accept", "*/*")).isInstanceOf(IOException.class);
        var nothing = ask("range", "bytes=%d-".formatted(CHUNK + 5));
        assertThat(nothing.statusCode()).isEqualTo(500);
        assertThat(nothing.headers().firstValue("content-range")).isEmpty();
        assertPart(0, CHUNK - 1);
    }

    @Test
    void aPieceThatIsTooShortBreaksTheAnswerOff() throws Exception {
        alter("UPDATE module_chunk SET bytes = x'0061' WHERE position = 1");
        assertThatThrownBy(() -> ask("accept", "*/*")).isInstanceOf(IOException.class);
        assertPart(2 * CHUNK, 2 * CHUNK + 10);
    }

    private void alter(String sql) throws SQLException {
        String file = "jdbc:sqlite:" + folder.resolve("store.db");
        try (var connection = DriverManager.getConnection(file);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void whatLiesBehindItsEndIsRefused() {
        String behind = "bytes=%d-".formatted(module.length);
        Reply reply = plane.send(plane.authorised(path).header("range", behind).build());
        assertThat(reply.status()).isEqualTo(416);
        assertThat(reply.headers().firstValue("content-range"))
                .hasValue("bytes */" + module.length);
    }
}
