//! An edge in front of a site, written for Fastly Compute: passes requests on and rewrites the pages that come back,
//! signs and checks links, asks two places at once, counts in a KV store, and streams.

mod links;
mod pages;

use fastly::http::{header, Method, StatusCode};
use fastly::kv_store::KVStoreError;
use fastly::{ConfigStore, Error, KVStore, Request, Response};
use std::io::Write;

const SITE: &str = "site";

fn main() -> Result<(), Error> {
    let request = Request::from_client();
    let mut log = fastly::log::Endpoint::from_name("access");
    // one write is one line
    log.write_all(format!("{} {}", request.get_method(), request.get_path()).as_bytes())?;
    let path = request.get_path().to_owned();
    match path.as_str() {
        "/" => hello(&request).send_to_client(),
        "/sign" => links::sign(&request).send_to_client(),
        "/signed" => links::check(&request).send_to_client(),
        "/both" => both()?.send_to_client(),
        "/upload" => upload(request)?.send_to_client(),
        "/count" => count()?.send_to_client(),
        "/stream" => stream()?,
        _ if path.starts_with("/site/") => pages::rewrite(request)?,
        _ => text(StatusCode::NOT_FOUND, "There is nothing here.\n").send_to_client(),
    }
    Ok(())
}

fn text(status: StatusCode, body: &str) -> Response {
    Response::from_status(status).with_body_text_plain(body)
}

/// Greets by the configuration, the visitor's place and a cookie.
fn hello(request: &Request) -> Response {
    let greeting = ConfigStore::open("words").get("GREETING").unwrap_or("Hello".into());
    let geo = request.get_client_ip_addr().and_then(fastly::geo::geo_lookup);
    let place = geo.map_or("somewhere".into(), |g| format!("{} ({})", g.city(), g.country_code()));
    let visits = request.get_header_str(header::COOKIE).and_then(|c| c.strip_prefix("visits=")?.parse().ok());
    let visits: u32 = visits.unwrap_or(0) + 1;
    text(StatusCode::OK, &format!("{greeting} to {place} from {}, visit {visits}.\n", fastly::compute_runtime::pop()))
        .with_header(header::SET_COOKIE, format!("visits={visits}; Path=/; HttpOnly"))
        .with_header(header::SET_COOKIE, "seen=yes; Path=/")
}

/// Asks two places at once and answers with whoever is first first.
fn both() -> Result<Response, Error> {
    let mut pending = vec![
        Request::get("http://a.example/one").with_pass(true).send_async(SITE)?,
        Request::get("http://b.example/two").with_pass(true).send_async("second")?,
    ];
    let mut answers = String::new();
    while !pending.is_empty() {
        let (answer, left) = fastly::http::request::select(pending);
        answers += &answer?.take_body_str();
        pending = left;
    }
    Ok(text(StatusCode::OK, &answers))
}

/// Passes a body on as it comes.
fn upload(mut request: Request) -> Result<Response, Error> {
    let body = request.take_body();
    let (mut sending, pending) = Request::post("http://a.example/store").with_pass(true).send_async_streaming(SITE)?;
    sending.write_all(b"begin ")?;
    sending.append(body);
    sending.write_all(b" end")?;
    sending.finish()?;
    Ok(pending.wait()?)
}

fn count() -> Result<Response, Error> {
    let store = KVStore::open("counts")?.expect("the store 'counts' is granted");
    let before: u64 = match store.lookup("visits") {
        Ok(mut found) => found.take_body().into_string().parse().unwrap_or(0),
        Err(KVStoreError::ItemNotFound) => 0,
        Err(other) => return Err(other.into()),
    };
    let now = before + 1;
    store.build_insert().metadata("a count").execute("visits", now.to_string())?;
    let keys = store.list()?.into_keys().join(",");
    Ok(text(StatusCode::OK, &format!("{now} of {keys}\n")))
}

/// Sends a head, then the body piece by piece.
fn stream() -> Result<(), Error> {
    let mut body = Response::from_status(StatusCode::OK).with_header(header::CACHE_CONTROL, "no-store").stream_to_client();
    for line in 1..=3 {
        writeln!(body, "line {line}")?;
        body.flush()?;
    }
    body.finish()?;
    Ok(())
}

/// Whether a request may have side effects.
fn is_safe(request: &Request) -> bool {
    matches!(request.get_method(), &Method::GET | &Method::HEAD)
}
