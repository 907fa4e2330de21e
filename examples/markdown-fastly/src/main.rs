//! markdown-fastly: the renderer of `examples/markdown`, written for Fastly Compute. The same requests get the same
//! answers, byte for byte.

use fastly::http::{Method, StatusCode};
use fastly::{Request, Response};

#[allow(dead_code)] // what only a program that speaks CGI needs
#[path = "../../markdown/src/main.rs"]
mod markdown;

fn main() {
    let mut request = Request::from_client();
    let method = request.get_method().clone();
    let answer = match method {
        Method::GET | Method::HEAD => markdown::page(markdown::USAGE),
        Method::POST => match markdown::read_document(request.take_body()) {
            Ok(document) => markdown::page(&document),
            Err(refusal) => refusal,
        },
        _ => markdown::Answer {
            more_headers: "Allow: GET, HEAD, POST\r\n",
            ..markdown::refusal("405 Method Not Allowed", "The method must be GET, HEAD or POST.".into())
        },
    };
    response(answer, method == Method::HEAD).send_to_client();
}

fn response(answer: markdown::Answer, head: bool) -> Response {
    let status: u16 = answer.status.split(' ').next().and_then(|code| code.parse().ok()).expect("a number comes first");
    let content_type = format!("{}; charset=utf-8", answer.content_type);
    let mut response = Response::from_status(StatusCode::from_u16(status).expect("a status")).with_header("Content-Type", content_type);
    for (name, value) in answer.more_headers.lines().filter_map(|line| line.split_once(": ")) {
        response.set_header(name, value);
    }
    if !head {
        response.set_body(answer.body);
    }
    response
}
