package dev.cress.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;

/// A client that asks one function after the other, by chance. Used by one thread.
final class SoakClient {
    private static final int OK = 200;
    private static final int NO_ROUTE = 404;
    private static final int UNAVAILABLE = 503;

    private final int port;
    private final int functions;
    private final Random chance;

    SoakClient(int port, int functions, long seed) {
        this.port = port;
        this.functions = functions;
        this.chance = new Random(seed);
    }

    /// Returns how many of its requests found nobody, since their function was deleted or is just
    /// being deployed. Any other failure ends it.
    long ask(int requests) {
        long missed = 0;
        try (var connection = new Connection(port)) {
            for (int i = 0; i < requests; i++) {
                int status =
                        connection.ask(Connection.get("f" + chance.nextInt(functions), "/?name=A"));
                if (status == NO_ROUTE || status == UNAVAILABLE) {
                    missed++;
                } else if (status != OK) {
                    throw new IllegalStateException("a request was answered " + status);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return missed;
    }
}
