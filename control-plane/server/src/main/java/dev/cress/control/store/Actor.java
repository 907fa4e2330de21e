package dev.cress.control.store;

import dev.cress.contract.FunctionName;

/// Who asks for something, and for what, as the audit log keeps it.
///
/// @param token the id of the caller's token, empty if there was none
/// @param tenant whose things it is about, empty for the fleet's
/// @param operation the method and the path's template
/// @param thing what stands in the path, empty if nothing does
/// @param request the request's id
/// @param address the caller's
public record Actor(
        String token,
        String tokenName,
        String tenant,
        String operation,
        String thing,
        String request,
        String address) {
    /// Characters of a name, a thing or an id.
    static final int LENGTH_MAX = 256;

    public Actor {
        tokenName = cut(tokenName);
        thing = cut(thing);
        request = cut(request);
    }

    /// The same about this function.
    Actor about(FunctionName function) {
        return new Actor(
                token,
                tokenName,
                function.tenant().value(),
                operation,
                function.value(),
                request,
                address);
    }

    private static String cut(String text) {
        return text.length() <= LENGTH_MAX ? text : text.substring(0, LENGTH_MAX - 1) + "…";
    }
}
