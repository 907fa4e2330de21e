package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Lists come in pages, whatever they are of.
@Timeout(60)
@ParameterizedClass
@EnumSource(Engine.class)
class PagesTest {
    private static final Pattern NEXT = Pattern.compile("<(/v1/[^>]+)>; rel=\"next\"");
    private static final String VERSIONS = "/v1/functions/hello/versions";

    @Parameter Engine engine = Engine.SQLITE;

    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder, engine);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private static Optional<String> next(Reply page) {
        return page.headers()
                .firstValue("link")
                .map(
                        link -> {
                            var matcher = NEXT.matcher(link);
                            assertThat(matcher.matches()).as(link).isTrue();
                            return matcher.group(1);
                        });
    }

    private static List<JsonNode> items(Reply page) {
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        List<JsonNode> items = new ArrayList<>();
        page.json().path("items").forEach(items::add);
        return items;
    }

    /// Follows a list to its end.
    private List<JsonNode> all(String path, int limit) {
        List<JsonNode> all = new ArrayList<>();
        Optional<String> at = Optional.of(path + "?limit=" + limit);
        while (at.isPresent()) {
            Reply page = plane.get(at.get());
            assertThat(items(page)).hasSizeBetween(1, limit);
            all.addAll(items(page));
            at = next(page);
            assertThat(at.isEmpty() || items(page).size() == limit).isTrue();
        }
        return all;
    }

    @Test
    void theirPagesTogetherAreTheList() {
        for (int i = 1; i <= 5; i++) {
            plane.deployed("hello", i);
            plane.deployed("f-" + i, i);
            plane.token("read");
        }
        try (var _ = plane.node("fra-1");
                var _ = plane.node("fra-2");
                var _ = plane.node("iad-1")) {
            for (String path :
                    List.of(
                            "/v1/modules",
                            "/v1/functions",
                            VERSIONS,
                            "/v1/functions/hello/deployments",
                            "/v1/nodes",
                            "/v1/tokens")) {
                Reply whole = plane.get(path);
                assertThat(next(whole)).isEmpty();
                for (int limit : new int[] {1, 2, items(whole).size()}) {
                    assertThat(all(path, limit))
                            .as(path)
                            .extracting(PagesTest::name)
                            .isEqualTo(items(whole).stream().map(PagesTest::name).toList())
                            .hasSizeGreaterThanOrEqualTo(3);
                }
            }
        }
    }

    /// What stays the same of an item.
    private static String name(JsonNode item) {
        return item.at("/node/name").asText()
                + item.path("name").asText()
                + item.path("id").asText()
                + item.path("number").asText()
                + item.path("sha256").asText();
    }

    @Test
    void whatComesMeanwhileMovesNothing() {
        for (int i = 1; i <= 4; i++) {
            plane.version("hello", i);
            plane.version("f-" + i, i);
        }
        Reply versions = plane.get(VERSIONS + "?limit=2");
        Reply functions = plane.get("/v1/functions?limit=2");
        plane.version("hello", 5);
        plane.version("a", 5);
        assertThat(items(plane.get(next(versions).orElseThrow())))
                .extracting(item -> item.path("number").asInt())
                .containsExactly(2, 1);
        assertThat(items(plane.get(next(functions).orElseThrow())))
                .extracting(item -> item.path("name").asText())
                .containsExactly("f-3", "f-4");
    }

    @Test
    void aPageIsAnotherWhenTheListGoesOnBehindIt() {
        plane.version("b", 1);
        String page = "/v1/functions?limit=1";
        String tag = plane.get(page).headers().firstValue("etag").orElseThrow();
        plane.version("c", 2);
        var again = plane.send(plane.authorised(page).header("if-none-match", tag).build());
        assertThat(again.status()).isEqualTo(200);
        assertThat(next(again)).isPresent();
    }

    @Test
    void whatIsNoCursorIsNamed() {
        plane.version("hello", 1);
        plane.version("hello", 2);
        plane.version("other", 3);
        String other =
                next(plane.get("/v1/functions?limit=1")).orElseThrow().replaceFirst(".*=", "");
        for (String cursor : List.of("nonsense", "%20", other, "x".repeat(201), "dmVyc2lvbnM6eA")) {
            Reply reply = plane.get(VERSIONS + "?after=" + cursor);
            assertThat(reply.status()).as(cursor).isEqualTo(400);
            assertThat(reply.code()).isEqualTo("invalid-value");
            assertThat(reply.detail()).contains("after", "no cursor of this list");
        }
        for (String limit : List.of("0", "1001", "x")) {
            Reply reply = plane.get(VERSIONS + "?limit=" + limit);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.detail()).contains("limit", "1 to 1000");
        }
    }
}
