package dev.cress.control.api;

import dev.cress.contract.ContractException;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.StoreException;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// From whatever went wrong to what the client is told. Faults of ours are logged and not
/// explained.
enum Problems {
    ;

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final int RETRY_AFTER_S = 1;

    static Refusal of(Throwable fault) {
        return switch (fault) {
            case Refusal refusal -> refusal;
            case ContractException broken ->
                    Refusal.invalid(broken.code(), String.valueOf(broken.getMessage()));
            case StoreException store -> of(store);
            default -> internal(fault);
        };
    }

    /// What HTTP itself can't read.
    static Refusal unreadable(@Nullable Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ ->
                    tooLarge(414, "the request line", ApiServer.LINE_BYTES_MAX);
            case TooLongHttpHeaderException _ ->
                    tooLarge(431, "the request's headers", ApiServer.HEADER_BYTES_MAX);
            case null, default ->
                    Refusal.invalid("bad-request", "the request is no valid HTTP/1.1");
        };
    }

    private static Refusal tooLarge(int status, String what, int bytesMax) {
        return Refusal.of(
                status,
                "request-too-large",
                "Too large",
                "%s: more than %d bytes".formatted(what, bytesMax));
    }

    private static Refusal of(StoreException fault) {
        return switch (fault.kind()) {
            case BUSY -> Refusal.overloaded(String.valueOf(fault.getMessage()), RETRY_AFTER_S);
            case FULL -> {
                LOG.error("{}", fault.getMessage());
                yield Refusal.of(
                        507,
                        "storage-full",
                        "Storage full",
                        "the control plane's store is full: nothing was stored");
            }
            case AWAY -> {
                LOG.error("{}", fault.getMessage());
                yield Refusal.overloaded(
                        "the control plane's store does not answer", RETRY_AFTER_S);
            }
            case UNSURE -> {
                LOG.error("{}", fault.getMessage());
                yield Refusal.of(
                        500,
                        "unsure",
                        "Unsure",
                        "the control plane's store went away: see whether this was stored before"
                                + " you try again");
            }
            case UNUSABLE, FENCED, FAILED -> internal(fault);
        };
    }

    private static Refusal internal(Throwable fault) {
        LOG.error("a request failed", fault);
        return Refusal.of(
                500, "internal", "Internal error", "a fault of the control plane: see its log");
    }
}
