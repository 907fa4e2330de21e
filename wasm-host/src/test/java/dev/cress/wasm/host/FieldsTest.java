package dev.cress.wasm.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FieldsTest {
    /// RFC 9110 §5.6.2.
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    @Test
    void aNameIsAToken() {
        assertThat(Fields.isName("")).isFalse();
        assertThat(Fields.isName("content-type")).isTrue();
        for (char c = 0; c < 0x1000; c++) {
            for (String name : new String[] {"" + c, c + "a", "a" + c}) {
                assertThat(Fields.isName(name))
                        .as("with character %d", (int) c)
                        .isEqualTo(name.matches(TOKEN));
            }
        }
    }

    @Test
    void aValueHasNoControlCharactersButTabs() {
        for (char c = 0; c < 0x100; c++) {
            boolean control = c < ' ' || c == 0x7f;
            assertThat(Fields.isValue("a" + c + "b"))
                    .as("with character %d", (int) c)
                    .isEqualTo(!control || c == '\t');
        }
    }
}
