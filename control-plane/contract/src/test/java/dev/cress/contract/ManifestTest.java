package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

class ManifestTest {
    private static Manifest withConfig(String value) {
        return new Manifest(
                "auto", List.of(), Limits.DEFAULT, Map.of("KEY", value), Warmup.DEFAULT);
    }

    @Test
    void whatIsMissingOfTheWarmUpIsTheDefault() {
        String written = "{\"warmup\":{\"path\":\"/a?b=c\"}}";
        assertThat(Json.read(written, Manifest.class).warmup())
                .isEqualTo(new Warmup("GET", "/a?b=c", "", Warmup.REQUESTS_DEFAULT));
        assertThat(Json.read("{}", Manifest.class)).isEqualTo(Manifest.DEFAULT);
    }

    @Test
    void theWarmUpsRequestMustBeOne() {
        refused(() -> new Warmup("get it", "/", "", 1), "method 'get it' must be");
        refused(() -> new Warmup("GET", "x", "", 1), "path 'x' must begin with '/'");
        refused(() -> new Warmup("GET", "/a b", "", 1), "path '/a b' must begin with '/'");
        refused(() -> new Warmup("GET", "/#a", "", 1), "path '/#a' must begin with '/'");
        refused(() -> new Warmup("GET", "/" + "x".repeat(2_048), "", 1), "2049 characters");
        refused(() -> new Warmup("POST", "/", "é".repeat(32_769), 1), "body has 65538 bytes");
        refused(() -> new Warmup("GET", "/", "", -1), "requests = -1 is out of range: 0 to");
        refused(() -> new Warmup("GET", "/", "", 1_000_001), "requests = 1000001 is out of");
    }

    private static void refused(Runnable what, String message) {
        assertThatThrownBy(what::run)
                .isInstanceOf(ContractException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aPlacementNamesRegionsAndIsLeftOutForEverywhere() {
        Manifest placed = Manifest.DEFAULT.with(new Placement(List.of("fra", "iad")));
        assertThat(Json.write(placed)).contains("\"placement\":{\"regions\":[\"fra\",\"iad\"]}");
        assertThat(Json.read(Json.write(placed), Manifest.class)).isEqualTo(placed);
        assertThat(Json.write(Manifest.DEFAULT))
                .as("a build before knows no such key")
                .doesNotContain("placement");
    }

    @Test
    void aPlacementMustNameRegionsOnceEach() {
        String some = "{\"placement\":{\"regions\":%s}}";
        refused(() -> Json.read(some.formatted("[]"), Manifest.class), "names no region");
        refused(() -> Json.read("{\"placement\":{}}", Manifest.class), "names no region");
        refused(
                () -> Json.read(some.formatted("[\"fra\",\"fra\"]"), Manifest.class),
                "region fra twice");
        refused(
                () -> Json.read(some.formatted("[\"Fra\"]"), Manifest.class),
                "placement region 'Fra' is not a DNS label");
        var many = IntStream.range(0, 101).mapToObj(i -> "r" + i).toList();
        refused(() -> new Placement(many), "placement has 101 regions, at most 100");
    }

    @Test
    void configIsCountedInBytes() {
        int room = Manifest.CONFIG_BYTES_MAX - "KEY".length();
        assertThat(withConfig("x".repeat(room)).config()).hasSize(1);
        assertThatThrownBy(() -> withConfig("é".repeat(room / 2 + 1)))
                .isInstanceOf(ContractException.class)
                .hasMessage("config has 65537 bytes, at most 65536");
    }

    @Test
    void aFilterIsAModuleAndAConfigUnderTheSameRules() {
        var module = Sha256.of(new byte[0]);
        var filter = new Filter(module, 5, Map.of("KEY", "x"));
        Manifest manifest = Manifest.DEFAULT.with(List.of(filter));
        assertThat(Json.read(Json.write(manifest), Manifest.class)).isEqualTo(manifest);
        String written = "{\"filter\":[{\"module\":\"%s\",\"bytes\":5}]}".formatted(module.hex());
        assertThat(Json.read(written, Manifest.class).filters())
                .containsExactly(new Filter(module, 5, Map.of()));
        refused(
                () -> new Filter(module, 5, Map.of("a-b", "x")),
                "filter config name 'a-b' must be letters");
        refused(
                () -> Manifest.DEFAULT.with(Collections.nCopies(9, filter)),
                "9 filters, at most 8");
    }

    @Test
    void filesThatWouldGoPastAFilterAreRefused() {
        var module = Sha256.of(new byte[0]);
        Manifest filtered = Manifest.DEFAULT.with(List.of(new Filter(module, 5, Map.of())));
        assertThat(filtered.with(new Bundle(module, 9, false)).assets()).isNotNull();
        refused(
                () -> filtered.with(new Bundle(module, 9, true)),
                "assets.serve = true answers with files before any filter is asked");
    }

    private static Origin origin(String text) {
        return Origin.of(text);
    }

    @Test
    void anOriginIsReadAndWrittenAsPeopleWriteIt() {
        for (String text :
                List.of(
                        "https://api.example.com",
                        "http://127.0.0.1:9000",
                        "https://*.example.com",
                        "https://*",
                        "http://[::1]:8080",
                        "api=https://api.example.com:8443")) {
            assertThat(origin(text).toString()).isEqualTo(text);
            assertThat(Json.read(Json.write(origin(text)), Origin.class)).isEqualTo(origin(text));
        }
        assertThat(origin("HTTPS://x".toLowerCase(Locale.ROOT)).name()).isEqualTo("x");
        assertThat(origin("https://API.example.com:443"))
                .isEqualTo(origin("https://api.example.com"));
        for (String text :
                List.of(
                        "api.example.com",
                        "ftp://x",
                        "https://x/path",
                        "https://u@x",
                        "https://x.*",
                        "https://",
                        "https://x:0",
                        "https://x:65536",
                        "a b=https://x")) {
            refused(() -> origin(text), "outbound ");
        }
    }

    @Test
    void anOriginCoversWhatItNamesAndNothingElse() {
        var wild = origin("https://*.example.com");
        assertThat(wild.covers("https", "a.EXAMPLE.com", 443)).isTrue();
        assertThat(wild.covers("https", "a.b.example.com", 443)).isTrue();
        assertThat(wild.covers("https", "example.com", 443)).isFalse();
        assertThat(wild.covers("https", "badexample.com", 443)).isFalse();
        assertThat(wild.covers("http", "a.example.com", 443)).isFalse();
        assertThat(wild.covers("https", "a.example.com", 8443)).isFalse();
        assertThat(origin("https://*").covers("https", "anything", 443)).isTrue();
        assertThat(origin("https://a.b").covers("https", "a.b.c", 443)).isFalse();
    }

    @Test
    void grantsAreBoundedAndTheirNamesPlain() {
        var many = Collections.nCopies(Grants.ENTRIES_MAX + 1, "A");
        refused(
                () -> new Grants(List.of(), many, List.of()),
                "secrets has 101 entries, at most 100");
        refused(() -> new Grants(List.of(), List.of("a-b"), List.of()), "secret name 'a-b'");
        refused(() -> new Grants(List.of(), List.of(), List.of("../x")), "kv name '../x'");
        var twice = List.of(origin("a=https://x"), origin("a=https://y"));
        refused(() -> new Grants(twice, List.of(), List.of()), "two origins of one name");
    }

    @Test
    void theLogKeepsInfoAndAboveUnlessItSaysOtherwise() {
        assertThat(Manifest.DEFAULT.logLevel()).isEqualTo(LogLevel.INFO);
        for (LogLevel level : LogLevel.values()) {
            String written = "{\"log_level\":\"%s\"}".formatted(level.text());
            Manifest manifest = Json.read(written, Manifest.class);
            assertThat(manifest).isEqualTo(Manifest.DEFAULT.with(level));
            assertThat(Json.read(Json.write(manifest), Manifest.class)).isEqualTo(manifest);
        }
    }

    /// A control plane of the build before refuses keys that it doesn't know.
    @Test
    void theUsualLevelIsNotWritten() {
        assertThat(Json.write(Manifest.DEFAULT)).doesNotContain("log_level");
        assertThat(Json.write(Manifest.DEFAULT.with(LogLevel.WARN)))
                .contains("\"log_level\":\"warn\"");
    }

    @Test
    void aLevelThatThereIsNotIsRefusedWithThoseThatThereAre() {
        for (String level : List.of("\"loud\"", "\"\"", "\"INFO\"", "2", "\"off\"")) {
            refused(
                    () -> Json.read("{\"log_level\":%s}".formatted(level), Manifest.class),
                    "is not known: use trace, debug, info, warn, error");
        }
    }

    @Test
    void equalOnesAreTheSameText() {
        var config = new LinkedHashMap<String, String>();
        for (char name = 'P'; name >= 'A'; name--) {
            config.put(String.valueOf(name), "value");
        }
        var manifest = new Manifest("auto", List.of(), Limits.DEFAULT, config, Warmup.DEFAULT);
        String written = Json.write(manifest).replaceAll(".*\"config\":\\{([^}]*)}.*", "$1");
        assertThat(written.replaceAll("[^A-P]", "")).isEqualTo("ABCDEFGHIJKLMNOP");
    }
}
