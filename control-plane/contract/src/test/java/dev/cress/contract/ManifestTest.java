package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

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
    void configIsCountedInBytes() {
        int room = Manifest.CONFIG_BYTES_MAX - "KEY".length();
        assertThat(withConfig("x".repeat(room)).config()).hasSize(1);
        assertThatThrownBy(() -> withConfig("é".repeat(room / 2 + 1)))
                .isInstanceOf(ContractException.class)
                .hasMessage("config has 65537 bytes, at most 65536");
    }
}
