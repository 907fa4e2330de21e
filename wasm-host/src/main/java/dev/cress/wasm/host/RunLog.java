package dev.cress.wasm.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestExchange;

import java.util.Arrays;

/// What one request may write to its function's log. What is over the limit is cut, and the log
/// says so. On the guest's thread.
public final class RunLog {
    private final GuestExchange exchange;
    private int bytesLeft;
    private boolean cut;

    RunLog(GuestExchange exchange, int bytesMax) {
        this.exchange = exchange;
        this.bytesLeft = bytesMax;
    }

    /// Appends text as the guest wrote it; the array is the log's from then on.
    public void write(byte[] text) {
        if (text.length <= bytesLeft) {
            bytesLeft -= text.length;
            exchange.log(text);
        } else if (!cut) {
            cut = true;
            exchange.log(Arrays.copyOf(text, bytesLeft));
            bytesLeft = 0;
            exchange.log("\n… cut: the log of one request ends here\n".getBytes(UTF_8));
        }
    }
}
