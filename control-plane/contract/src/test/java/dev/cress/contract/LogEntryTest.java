package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;

import org.junit.jupiter.api.Test;

import java.util.List;

class LogEntryTest {
    /// As a node of the build before sends it.
    private static final String BEFORE =
            """
            {"at_ms":1,"node":"fra-1","function":"hello","version":1,"request_id":"r","method":"GET",\
            "path":"/","status":200,"outcome":"ok","detail":"","guest_us":2,"cpu_us":3,\
            "stderr":"one\\ntwo\\n"}\
            """;

    private static LogEntry entry(String outcome, LogLine... lines) {
        return new LogEntry(
                1,
                "fra-1",
                new FunctionName("hello"),
                1,
                "r",
                "GET",
                "/",
                200,
                outcome,
                "",
                2,
                3,
                List.of(lines));
    }

    private static LogLine line(LogLevel level) {
        return new LogLine(level, level.text());
    }

    private static LogEntry read(String text) throws JsonProcessingException {
        return Json.LENIENT.readValue(text, LogEntry.class);
    }

    @Test
    void keepsTheLevelOfEachLineOnTheWire() {
        var entry = entry("ok", line(LogLevel.WARN), new LogLine(LogLevel.DEBUG, ""));
        assertThat(Json.read(Json.write(entry), LogEntry.class)).isEqualTo(entry);
        assertThat(Json.write(entry))
                .contains(
                        "{\"level\":\"warn\",\"text\":\"warn\"},{\"level\":\"debug\",\"text\":\"\"}");
    }

    @Test
    void anEntryOfTheBuildBeforeHasLinesOfInfo() throws JsonProcessingException {
        assertThat(read(BEFORE))
                .isEqualTo(
                        entry(
                                "ok",
                                new LogLine(LogLevel.INFO, "one"),
                                new LogLine(LogLevel.INFO, "two")));
    }

    /// It reads `stderr` and passes over what it doesn't know.
    @Test
    void theBuildBeforeFindsTheSameText() throws JsonProcessingException {
        String written = Json.write(read(BEFORE));
        var seen = Json.LENIENT.readTree(written);
        assertThat(seen.get("stderr").asText()).isEqualTo("one\ntwo\n");
        for (var known : Json.LENIENT.readTree(BEFORE).properties()) {
            assertThat(seen.get(known.getKey())).isEqualTo(known.getValue());
        }
    }

    @Test
    void aLevelOfALaterBuildIsInfo() throws JsonProcessingException {
        String later = Json.write(entry("ok", line(LogLevel.ERROR)));
        assertThat(
                        read(later.replace("\"error\"", "\"fatal\"")
                                        .replace("text\":\"fatal", "text\":\"x"))
                                .lines())
                .containsExactly(new LogLine(LogLevel.INFO, "x"));
        assertThat(read(later.replace("\"level\":\"error\",", "")).lines())
                .containsExactly(new LogLine(LogLevel.INFO, "error"));
    }

    @Test
    void whoReadsFromALevelOnGetsThatAndWhatIsAbove() {
        var quiet = entry("ok", line(LogLevel.DEBUG), line(LogLevel.WARN));
        assertThat(quiet.from(LogLevel.TRACE)).hasValue(quiet);
        assertThat(quiet.from(LogLevel.INFO)).hasValue(entry("ok", line(LogLevel.WARN)));
        assertThat(quiet.from(LogLevel.WARN)).hasValue(entry("ok", line(LogLevel.WARN)));
        assertThat(quiet.from(LogLevel.ERROR)).isEmpty();
        assertThat(entry("ok").from(LogLevel.INFO)).isPresent();
        assertThat(entry("ok").from(LogLevel.WARN)).isEmpty();
        assertThat(entry("abandoned").from(LogLevel.WARN)).isEmpty();
        assertThat(entry("dropped").from(LogLevel.WARN)).isPresent();
        assertThat(entry("dropped").from(LogLevel.ERROR)).isEmpty();
        assertThat(entry("guest-trap", line(LogLevel.INFO)).from(LogLevel.ERROR))
                .hasValue(entry("guest-trap"));
    }

    @Test
    void aFollowOfTheBuildBeforeWantsEverything() throws JsonProcessingException {
        String before =
                "{\"type\":\"follow\",\"subscription\":\"a\",\"function\":\"hello\",\"backlog\":1,"
                        + "\"live\":true}";
        assertThat(Json.LENIENT.readValue(before, ControlFrame.class))
                .isEqualTo(new ControlFrame.Follow("a", new FunctionName("hello"), 1, true));
    }
}
