package dev.cress.wasm.httpwasm;

import java.util.List;

/// Whose header fields a call means, by its number in the ABI.
enum HeaderKind {
    REQUEST,
    RESPONSE,
    REQUEST_TRAILERS,
    RESPONSE_TRAILERS;

    private static final HeaderKind[] ALL = values();

    static HeaderKind of(long number) {
        int kind = (int) number;
        Rules.require(kind >= 0 && kind < ALL.length, "there are no headers of kind %s", kind);
        return ALL[kind];
    }

    List<String> names(Handling handling) {
        return switch (this) {
            case REQUEST -> handling.request().fields().names();
            case RESPONSE -> handling.response().fields().names();
            case REQUEST_TRAILERS, RESPONSE_TRAILERS -> List.of();
        };
    }

    List<String> values(Handling handling, String name) {
        return switch (this) {
            case REQUEST -> handling.request().fields().values(name);
            case RESPONSE -> handling.response().fields().values(name);
            case REQUEST_TRAILERS, RESPONSE_TRAILERS -> List.of();
        };
    }

    FieldList changeable(Handling handling) {
        return switch (this) {
            case REQUEST -> handling.changeableRequest().fields();
            case RESPONSE -> handling.response().changeable();
            case REQUEST_TRAILERS, RESPONSE_TRAILERS ->
                    throw Rules.broken("trailers are not supported");
        };
    }
}
