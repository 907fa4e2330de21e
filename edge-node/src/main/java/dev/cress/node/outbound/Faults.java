package dev.cress.node.outbound;

import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;

import java.net.SocketException;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLException;

/// What went wrong below, in a guest's words: nothing of addresses, nothing of the node.
final class Faults {
    private Faults() {}

    static OutboundException of(Target target, Throwable cause) {
        if (cause instanceof OutboundException known) {
            return known;
        }
        String origin = target.origin();
        if (has(cause, TooLongHttpHeaderException.class)
                || has(cause, TooLongHttpLineException.class)) {
            return new OutboundException(
                    Reason.TOO_LARGE,
                    "the head of the answer of %s is too large".formatted(origin));
        }
        return new OutboundException(reason(cause), "%s: %s".formatted(origin, text(cause)));
    }

    private static Reason reason(Throwable cause) {
        if (has(cause, TimeoutException.class)) {
            return Reason.TIMED_OUT;
        }
        boolean broken =
                cause instanceof ConnectionPoolTooBusyException
                        || isClosed(cause)
                        || has(cause, SocketException.class)
                        || has(cause, SSLException.class);
        return broken ? Reason.UNREACHABLE : Reason.PROTOCOL;
    }

    private static String text(Throwable cause) {
        if (has(cause, SSLException.class)) {
            return "TLS: " + root(cause).getMessage();
        }
        if (cause instanceof ConnectionPoolTooBusyException) {
            return "too many requests wait for a connection";
        }
        return switch (reason(cause)) {
            case TIMED_OUT -> "no connection in time";
            case UNREACHABLE ->
                    isClosed(cause) ? "the connection broke" : "no connection can be made";
            default -> "the answer is no HTTP";
        };
    }

    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /// Whether another address of the same name may do better.
    static boolean isAboutAddress(Throwable cause) {
        return !(cause instanceof ConnectionPoolTooBusyException);
    }

    /// Whether the other side closed the connection.
    static boolean isClosed(Throwable cause) {
        return has(cause, HttpClosedException.class)
                || (has(cause, SocketException.class)
                        && String.valueOf(root(cause).getMessage()).contains("reset"));
    }

    private static boolean has(Throwable cause, Class<? extends Throwable> type) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return true;
            }
        }
        return false;
    }
}
