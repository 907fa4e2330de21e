/// The ABI `http-wasm`: the HTTP handler ABI of http-wasm.io
/// (<https://http-wasm.io/http-handler-abi/>), as its reference host has it where the text leaves
/// something open (http-wasm-host-go, `api/handler/wasm.go` and `handler/middleware.go`). A guest
/// handles the request alone, or stands as a filter in front of another function.
///
/// ```text
///             RequestSide ──changed──▶ NextExchange ──▶ what stands behind
/// handle_request │                        │
///             ResponseSide ◀───head, body─┘          handle_response, then the client
/// ```
///
/// Not here: trailers, which the ABI lets a host refuse. The client's port isn't known behind a
/// router, so that `get_source_addr` ends in `:0`.
@NullMarked
package dev.cress.wasm.httpwasm;

import org.jspecify.annotations.NullMarked;
