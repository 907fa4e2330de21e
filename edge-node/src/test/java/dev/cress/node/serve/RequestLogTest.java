package dev.cress.node.serve;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLine;
import dev.cress.contract.NodeFrame;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.Stream;

/// Pieces of a guest's become lines with levels, and never more than an entry may have.
class RequestLogTest {
    private static final int BYTES_MAX = 64 << 10;

    /// Of one message from a node to its control plane.
    private static final int MESSAGE_BYTES_MAX = 1 << 20;

    /// Of a request's line, as the node takes it.
    private static final int PATH_CHARACTERS_MAX = 16 << 10;

    private static final String CUT = "… cut: the log of one request ends here";

    private final RequestLog log = keeping(dev.cress.contract.LogLevel.INFO);

    private static RequestLog keeping(dev.cress.contract.LogLevel least) {
        return new RequestLog(least, BYTES_MAX);
    }

    private void add(LogLevel level, String text) {
        log.add(level, text.getBytes(UTF_8));
    }

    private static List<String> shown(RequestLog log) {
        return log.lines().stream().map(line -> line.level().text() + " " + line.text()).toList();
    }

    @Test
    void aPieceGoesOnWithALineOfItsLevelThatHasNoEnd() {
        add(LogLevel.INFO, "one ");
        add(LogLevel.INFO, "line\nand an");
        add(LogLevel.INFO, "other");
        add(LogLevel.WARN, "careful");
        add(LogLevel.INFO, "again\n");
        assertThat(shown(log))
                .containsExactly("info one line", "info and another", "warn careful", "info again");
    }

    @Test
    void aCharacterMayComeInTwoPieces() {
        byte[] text = "grün\n".getBytes(UTF_8);
        log.add(LogLevel.INFO, new byte[] {text[0], text[1], text[2]});
        log.add(LogLevel.INFO, new byte[] {text[3], text[4], text[5]});
        assertThat(shown(log)).containsExactly("info grün");
    }

    @Test
    void everyLevelStaysWhatItIs() {
        for (var least : dev.cress.contract.LogLevel.values()) {
            RequestLog from = keeping(least);
            assertThat(from.least().name()).isEqualTo(least.name());
            for (LogLevel level : LogLevel.values()) {
                from.add(level, level.name().getBytes(UTF_8));
            }
            assertThat(from.lines().stream().map(LogLine::level))
                    .containsExactlyElementsOf(
                            Stream.of(dev.cress.contract.LogLevel.values())
                                    .filter(level -> level.isAtLeast(least))
                                    .toList());
            assertThat(from.lines()).allMatch(line -> line.level().name().equals(line.text()));
        }
    }

    @Test
    void whatTheNodeNotesIsAWarning() {
        log.note("outbound denied");
        assertThat(shown(log)).containsExactly("warn outbound denied");
    }

    @Test
    void moreLinesThanThereMayBeAreCut() {
        add(LogLevel.INFO, "\n".repeat(RequestLog.LINES_MAX + 1));
        assertThat(log.lines()).hasSize(RequestLog.LINES_MAX + 1);
        assertThat(log.lines().getLast().text()).isEqualTo(CUT);
    }

    @Test
    void levelsThatChangeWithEveryLineAreCutToo() {
        for (int i = 0; i < BYTES_MAX; i++) {
            add(i % 2 == 0 ? LogLevel.INFO : LogLevel.WARN, "x");
        }
        assertThat(log.lines()).hasSize(RequestLog.LINES_MAX + 1);
        assertThat(log.lines().getLast().text()).isEqualTo(CUT);
    }

    @Test
    void manyGuestsOfOneRequestLogNoMoreThanOne() {
        for (int i = 0; i < 9; i++) {
            add(LogLevel.INFO, "x".repeat(BYTES_MAX - 1) + "\n");
        }
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().getLast().text()).isEqualTo(CUT);
    }

    /// A control character takes six as JSON, and the text goes twice.
    @Test
    void theWorstOfAllEntriesFitsInAMessage() {
        int lines = RequestLog.LINES_MAX;
        for (int i = 0; i < lines; i++) {
            add(i % 2 == 0 ? LogLevel.INFO : LogLevel.ERROR, "\u0001".repeat(BYTES_MAX / lines));
        }
        log.note("x".repeat(100));
        String why = "\u0001".repeat(Outcome.REASON_CHARACTERS_MAX);
        List<LogLine> worst = log.lines();
        var entry =
                new LogEntry(
                        Long.MAX_VALUE,
                        "n".repeat(63),
                        new FunctionName("f".repeat(40)),
                        Integer.MAX_VALUE,
                        "r".repeat(200),
                        "GET",
                        "\"".repeat(PATH_CHARACTERS_MAX),
                        500,
                        "guest-trap",
                        why,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        worst);
        assertThat(worst).hasSizeGreaterThanOrEqualTo(lines);
        String frame = Json.write(new NodeFrame.Logs("0123456789abcdef", List.of(entry), 1));
        assertThat(frame.getBytes(UTF_8)).hasSizeLessThan(MESSAGE_BYTES_MAX);
    }
}
