package dev.cress.control.api;

import dev.cress.contract.ContractException;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.StoreException;

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
            case UNUSABLE, FAILED -> internal(fault);
        };
    }

    private static Refusal internal(Throwable fault) {
        LOG.error("a request failed", fault);
        return Refusal.of(
                500, "internal", "Internal error", "a fault of the control plane: see its log");
    }
}
