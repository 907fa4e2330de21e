package dev.cress.wasm.guest;

import java.util.List;

/// Status and headers as a guest gave them: well-formed, and nothing more is promised of them.
///
/// @param status 200 to 599
public record ResponseHead(int status, List<Header> headers) {
    public ResponseHead {
        headers = List.copyOf(headers);
    }
}
