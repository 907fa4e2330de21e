package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class ManifestTest {
    private static Manifest withConfig(String value) {
        return new Manifest("auto", List.of(), Limits.DEFAULT, Map.of("KEY", value));
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
