//! Passes a request on and rewrites the page that comes back, while it comes.

use crate::{is_safe, text, SITE};
use fastly::http::{header, StatusCode};
use fastly::{Error, Request};
use std::io::{BufRead, Write};

const BANNER: &str = "<p>Served from the edge.</p>";

pub fn rewrite(mut request: Request) -> Result<(), Error> {
    if !is_safe(&request) {
        text(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n").send_to_client();
        return Ok(());
    }
    let path = request.get_path()["/site".len()..].to_owned();
    request.set_path(&path);
    request.set_header("x-edge", fastly::compute_runtime::hostname());
    request.remove_header(header::COOKIE);
    request.set_pass(true);
    let mut page = match request.send(SITE) {
        Ok(page) => page,
        Err(problem) => {
            text(StatusCode::BAD_GATEWAY, &format!("The site can't be asked: {}\n", problem.root_cause())).send_to_client();
            return Ok(());
        }
    };
    let html = page.get_content_type().is_some_and(|mime| mime.subtype() == "html");
    if !html {
        page.send_to_client();
        return Ok(());
    }
    let body = page.take_body();
    page.remove_header(header::CONTENT_LENGTH);
    page.set_header("x-rewritten", "yes");
    let mut out = page.stream_to_client();
    for line in body.lines() {
        let line = line?;
        writeln!(out, "{}", line.replace("<body>", &format!("<body>{BANNER}")).replace("http://", "https://"))?;
    }
    out.finish()?;
    Ok(())
}
