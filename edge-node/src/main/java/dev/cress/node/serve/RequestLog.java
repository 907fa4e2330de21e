package dev.cress.node.serve;

import dev.cress.contract.LogLine;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What one request's guests log, and its node on their behalf, from a level on. Written on the
/// guest's thread, read when that is done.
final class RequestLog {
    /// Lines of one request. As JSON each takes some thirty characters besides its text, and an
    /// entry must fit in a frame.
    static final int LINES_MAX = 4_096;

    /// Of what the node itself has to say beside the guests' own bytes.
    private static final int NOTES_BYTES_MAX = 4_096;

    private static final LogLine CUT =
            new LogLine(said(LogLevel.WARN), "… cut: the log of one request ends here");

    private final LogLevel least;
    private final int bytesMax;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream(0);
    private final List<Piece> pieces = new ArrayList<>(0);
    private boolean cut;

    /// Text of one level, up to where the next piece begins.
    private record Piece(LogLevel level, int from) {}

    /// Of a request that this version answers: all its guests together log what one may.
    static RequestLog of(ServedVersion version) {
        return new RequestLog(version.version().manifest().logLevel(), version.limits().logBytes());
    }

    /// @param guestBytesMax that guests may log, as UTF-8
    RequestLog(dev.cress.contract.LogLevel least, int guestBytesMax) {
        this.least = known(least);
        this.bytesMax = guestBytesMax + NOTES_BYTES_MAX;
    }

    LogLevel least() {
        return least;
    }

    /// Appends to the last line if that has no end and the same level.
    void add(LogLevel level, byte[] more) {
        if (!level.isAtLeast(least) || cut || more.length == 0) {
            return;
        }
        boolean goesOn = !pieces.isEmpty() && pieces.getLast().level() == level;
        if (text.size() + more.length > bytesMax || (!goesOn && pieces.size() == LINES_MAX)) {
            cut = true;
            return;
        }
        if (!goesOn) {
            pieces.add(new Piece(level, text.size()));
        }
        text.writeBytes(more);
    }

    /// Appends a whole line of the node's: something that the guest wanted was refused.
    void note(String line) {
        add(LogLevel.WARN, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// All lines, and whether there were more.
    List<LogLine> lines() {
        if (pieces.isEmpty()) {
            return List.of();
        }
        byte[] bytes = text.toByteArray();
        List<LogLine> lines = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            int to = i + 1 < pieces.size() ? pieces.get(i + 1).from() : bytes.length;
            String own = new String(bytes, piece.from(), to - piece.from(), StandardCharsets.UTF_8);
            own.lines()
                    .limit(LINES_MAX + 1L - lines.size())
                    .forEach(line -> lines.add(new LogLine(said(piece.level()), line)));
        }
        if (lines.size() > LINES_MAX) {
            lines.subList(LINES_MAX, lines.size()).clear();
            cut = true;
        }
        if (cut) {
            lines.add(CUT);
        }
        return lines;
    }

    /// In the log, its owner's, a failure is told in full.
    static String why(Outcome outcome, @Nullable ErrorAnswer error) {
        return switch (outcome) {
            case Outcome.Trapped(String reason) -> reason;
            case Outcome.BrokeProtocol(String reason) -> reason;
            default -> error == null ? "" : error.detail();
        };
    }

    private static LogLevel known(dev.cress.contract.LogLevel level) {
        return switch (level) {
            case TRACE -> LogLevel.TRACE;
            case DEBUG -> LogLevel.DEBUG;
            case INFO -> LogLevel.INFO;
            case WARN -> LogLevel.WARN;
            case ERROR -> LogLevel.ERROR;
        };
    }

    private static dev.cress.contract.LogLevel said(LogLevel level) {
        return switch (level) {
            case TRACE -> dev.cress.contract.LogLevel.TRACE;
            case DEBUG -> dev.cress.contract.LogLevel.DEBUG;
            case INFO -> dev.cress.contract.LogLevel.INFO;
            case WARN -> dev.cress.contract.LogLevel.WARN;
            case ERROR -> dev.cress.contract.LogLevel.ERROR;
        };
    }
}
