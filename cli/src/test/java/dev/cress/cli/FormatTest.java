package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One format for all sources: google-java-format, in its style with four spaces. `.ci/format`
/// writes it.
class FormatTest {
    private static final boolean WRITE = Boolean.getBoolean("cress.format.write");

    @Test
    void everySourceIsFormatted() throws IOException, FormatterException {
        var options = JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.AOSP).build();
        var formatter = new Formatter(options);
        List<String> unformatted = new ArrayList<>();
        for (Path file : Sources.java()) {
            String source = Sources.read(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (!formatted.equals(source)) {
                unformatted.add(Sources.name(file));
                if (WRITE) {
                    Files.writeString(file, formatted);
                }
            }
        }
        if (!WRITE) {
            assertThat(unformatted).as("run .ci/format").isEmpty();
        }
    }
}
