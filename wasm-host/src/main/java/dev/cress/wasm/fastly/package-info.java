/// The ABI `fastly`: the host calls of Fastly Compute, so that programs built with its SDKs for
/// Rust, Go and JavaScript run as they are. `_start` runs once per request; the program takes its
/// request by `fastly_http_req.body_downstream_get` and answers by
/// `fastly_http_resp.send_downstream`.
///
/// Source: `compute-at-edge.witx` and what it uses, in Fastly's Viceroy (`wasm_abi`), and four
/// names more that its crate `fastly-sys` 0.13.2 imports. [Signatures] has every name, so that
/// every program links; [FastlyCalls] binds those that do something, and the others answer
/// `unsupported`.
///
/// ```text
/// a call → FastlyCalls → what it is about: RequestCalls, BodyCalls, KvCalls, …
///             │               ├─ Passed      its arguments, all of them hostile
///             │               ├─ Handles     requests, responses, bodies, … of this run alone
///             │               └─ Allowance   the heap that they may take together
///             └─ a Refused becomes the status that the guest hears
/// ```
///
/// What is otherwise here: there is no cache, so whatever is looked up misses; a backend's requests
/// carry its own host's name as `host`; bodies have no trailers, informational answers don't go
/// out.
@NullMarked
package dev.cress.wasm.fastly;

import org.jspecify.annotations.NullMarked;
