//! markdown-http-wasm: the renderer of `examples/markdown` as a handler of http-wasm. The same requests get the same
//! answers, byte for byte.

use http_wasm_guest::host::{Request, Response};
use http_wasm_guest::{register, Guest};

#[allow(dead_code)] // what only a program that speaks CGI needs
#[path = "../../markdown/src/main.rs"]
mod markdown;

struct Renderer;

impl Guest for Renderer {
    fn handle_request(&self, request: &Request, response: &Response) -> (bool, i32) {
        let method = request.method();
        let answer = match method.as_ref() {
            b"GET" | b"HEAD" => markdown::page(markdown::USAGE),
            b"POST" => match markdown::read_document(document(request).as_slice()) {
                Ok(document) => markdown::page(&document),
                Err(refusal) => refusal,
            },
            _ => markdown::Answer {
                more_headers: "Allow: GET, HEAD, POST\r\n",
                ..markdown::refusal("405 Method Not Allowed", "The method must be GET, HEAD or POST.".into())
            },
        };
        send(response, &answer, method.as_ref() == b"HEAD");
        (false, 0)
    }
}

/// One piece more than is allowed is enough to tell that it is too long.
fn document(request: &Request) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in request.body.read_iter() {
        bytes.extend_from_slice(&piece);
        if bytes.len() > markdown::DOCUMENT_BYTES_MAX {
            break;
        }
    }
    bytes
}

fn send(response: &Response, answer: &markdown::Answer, head: bool) {
    let status = answer.status.split(' ').next().and_then(|code| code.parse().ok());
    response.set_status(status.expect("a status begins with its number"));
    let content_type = format!("{}; charset=utf-8", answer.content_type);
    response.header.set(b"Content-Type", content_type.as_bytes());
    for (name, value) in answer.more_headers.lines().filter_map(|line| line.split_once(": ")) {
        response.header.set(name.as_bytes(), value.as_bytes());
    }
    if !head {
        response.body.write(answer.body.as_bytes());
    }
}

fn main() {
    register(Renderer);
}
