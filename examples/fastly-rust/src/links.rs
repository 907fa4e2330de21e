//! Links that only this service can make: their path and end are signed with a secret.

use crate::text;
use fastly::http::StatusCode;
use fastly::{Request, Response, SecretStore};

fn signature(path: &str) -> String {
    let store = SecretStore::open("keys").expect("a secret store is there");
    let key = store.get("LINK_KEY").expect("the secret LINK_KEY is granted");
    let mac = hmac_sha256::HMAC::mac(path.as_bytes(), &key.plaintext()[..]);
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn sign(request: &Request) -> Response {
    match request.get_query_parameter("path") {
        Some(path) => text(StatusCode::OK, &format!("/signed?path={path}&mac={}\n", signature(path))),
        None => text(StatusCode::BAD_REQUEST, "Which path?\n"),
    }
}

pub fn check(request: &Request) -> Response {
    let path = request.get_query_parameter("path").unwrap_or_default();
    if request.get_query_parameter("mac") == Some(&signature(path)) {
        text(StatusCode::OK, "The link is good.\n")
    } else {
        text(StatusCode::FORBIDDEN, "The link is not ours.\n")
    }
}
