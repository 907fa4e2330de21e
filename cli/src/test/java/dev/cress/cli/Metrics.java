package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a program's `/metrics` says, read as strictly as Prometheus's text format 0.0.4 is written
/// down: one HELP and one TYPE before a family's samples, samples of a family together, no sample
/// twice, buckets that grow.
///
/// @param samples by name and labels, as `name{label="value"}`
/// @param types of families by name
record Metrics(Map<String, Double> samples, Map<String, String> types) {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL =
            "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\\\\\|\\\\\"|\\\\n)*\"";
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "(%s)(\\{%s(?:,%s)*\\})? ([-+0-9.eE]+|NaN|[+-]Inf)"
                            .formatted(NAME, LABEL, LABEL));
    private static final Pattern HELP = Pattern.compile("# HELP (%s) (\\S.*)".formatted(NAME));
    private static final Pattern TYPE =
            Pattern.compile("# TYPE (%s) (counter|gauge|histogram|summary)".formatted(NAME));
    private static final Pattern BOUND = Pattern.compile(",?le=\"([^\"]+)\"");

    static Metrics parse(String text) {
        assertThat(text).endsWith("\n");
        Map<String, Double> samples = new LinkedHashMap<>();
        Map<String, String> types = new HashMap<>();
        Set<String> explained = new HashSet<>();
        String family = "";
        for (String line : text.lines().toList()) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                family = help.group(1);
                assertThat(explained.add(family)).as("a second %s", line).isTrue();
            } else if (type.matches()) {
                assertThat(type.group(1)).as("TYPE after HELP: %s", line).isEqualTo(family);
                assertThat(types.put(family, type.group(2))).as("a second %s", line).isNull();
            } else if (sample.matches()) {
                assertThat(types).as("TYPE before %s", line).containsKey(family);
                assertThat(familyOf(sample.group(1), types.getOrDefault(family, "")))
                        .as("below HELP %s: %s", family, line)
                        .isEqualTo(family);
                String series = line.substring(0, line.lastIndexOf(' '));
                Double before = samples.put(series, number(sample.group(3)));
                assertThat(before).as("a second %s", series).isNull();
            } else {
                throw new AssertionError("no line of the text format: " + line);
            }
        }
        var metrics = new Metrics(samples, types);
        metrics.bucketsGrowUpToTheCount();
        return metrics;
    }

    private static String familyOf(String name, String type) {
        return switch (type) {
            case "histogram" -> name.replaceFirst("_(bucket|count|sum)$", "");
            case "summary" -> name.replaceFirst("_(count|sum)$", "");
            default -> name;
        };
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private void bucketsGrowUpToTheCount() {
        Map<String, Double> last = new HashMap<>();
        samples.forEach(
                (series, value) -> {
                    Matcher bound = BOUND.matcher(series);
                    if (!series.contains("_bucket{") || !bound.find()) {
                        return;
                    }
                    String histogram = bound.replaceFirst("").replace("{}", "");
                    assertThat(value)
                            .as(series)
                            .isGreaterThanOrEqualTo(last.getOrDefault(histogram, 0.0));
                    last.put(histogram, value);
                    if (bound.group(1).equals("+Inf")) {
                        String count = histogram.replaceFirst("_bucket(?=\\{|$)", "_count");
                        assertThat(samples).as(series).containsEntry(count, value);
                    }
                });
    }

    /// A sample's value, 0 while nothing was counted.
    ///
    /// @param series as `name{label="value"}`, labels in alphabetical order
    long count(String series) {
        return samples.getOrDefault(series, 0.0).longValue();
    }

    /// The sum over all samples of a name.
    long sum(String name) {
        return (long)
                samples.entrySet().stream()
                        .filter(sample -> sample.getKey().replaceFirst("\\{.*", "").equals(name))
                        .mapToDouble(Map.Entry::getValue)
                        .sum();
    }
}
