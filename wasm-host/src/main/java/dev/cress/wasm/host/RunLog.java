package dev.cress.wasm.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.LogLevel;

import java.util.Arrays;

/// What one run of a guest may write to its function's log: from a level on, so many bytes. What is
/// over the limit is cut, and the log says so. On the guest's thread.
public final class RunLog {
    private static final byte[] CUT = "… cut: the log of one request ends here\n".getBytes(UTF_8);

    private final GuestExchange exchange;
    private final LogLevel least;
    private int bytesLeft;
    private boolean cut;

    RunLog(GuestExchange exchange, int bytesMax) {
        this.exchange = exchange;
        this.least = exchange.logLevel();
        this.bytesLeft = bytesMax;
    }

    /// The least level that is kept. It is the version's own: whoever tells the guest says that the
    /// run [differs][HostRun#differs].
    public LogLevel least() {
        return least;
    }

    /// Whether lines of this level are kept: what isn't need not be read from the guest's memory.
    public boolean keeps(LogLevel level) {
        return level.isAtLeast(least);
    }

    /// Appends text as the guest wrote it, if its level is kept; the array is the log's from then
    /// on.
    public void write(LogLevel level, byte[] text) {
        if (!keeps(level)) {
            return;
        }
        if (text.length <= bytesLeft) {
            bytesLeft -= text.length;
            exchange.log(level, text);
        } else if (!cut) {
            cut = true;
            byte[] some = Arrays.copyOf(text, bytesLeft + 1);
            some[bytesLeft] = '\n';
            exchange.log(level, some);
            bytesLeft = 0;
            exchange.log(LogLevel.WARN, CUT);
        }
    }

    /// Appends a whole line.
    public void line(LogLevel level, byte[] text) {
        if (keeps(level)) {
            byte[] line = Arrays.copyOf(text, text.length + 1);
            line[text.length] = '\n';
            write(level, line);
        }
    }

    /// Appends a whole line of the host's.
    public void line(LogLevel level, String text) {
        line(level, text.getBytes(UTF_8));
    }
}
