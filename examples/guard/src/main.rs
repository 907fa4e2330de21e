//! guard: a filter of http-wasm that lets only those through who know a word. Its config has it: `TOKEN`. What stands
//! behind never sees the word.

use http_wasm_guest::host::{admin, Request, Response};
use http_wasm_guest::{register, Guest};
use tinyjson::JsonValue;

const SCHEME: &[u8] = b"Bearer ";

struct Guard;

impl Guest for Guard {
    fn handle_request(&self, request: &Request, response: &Response) -> (bool, i32) {
        if knows(request, token().as_bytes()) {
            request.header.remove(b"authorization");
            // set before the answer comes, it is in the answer's head, and the answer needn't be held back for it
            response.header.set(b"vary", b"authorization");
            return (true, 0);
        }
        response.set_status(401);
        response.header.set(b"www-authenticate", b"Bearer");
        response.header.set(b"content-type", b"text/plain");
        response.body.write(b"Who goes there?\n");
        (false, 0)
    }
}

/// The word as the manifest has it. Without one nobody passes.
fn token() -> String {
    let config = String::from_utf8(admin::config().to_vec()).expect("a config is JSON");
    let config: JsonValue = config.parse().expect("a config is JSON");
    config["TOKEN"].get::<String>().expect("TOKEN is text").clone()
}

fn knows(request: &Request, token: &[u8]) -> bool {
    let header = request.header.get(b"authorization").unwrap_or_default();
    match header.strip_prefix(SCHEME) {
        // the time it takes says nothing of where they differ
        Some(said) => said.len() == token.len() && said.iter().zip(token).fold(0, |all, (a, b)| all | (a ^ b)) == 0,
        None => false,
    }
}

fn main() {
    register(Guard);
}
