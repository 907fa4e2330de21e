//! markdown: POST a Markdown document, get a page of HTML. The document is somebody's input: raw HTML in it is shown as
//! text, and links lead only where a link on a page should.

use pulldown_cmark::{html, CowStr, Event, Options, Parser, Tag, TagEnd};
use std::io::{Read, Write};

pub(crate) const DOCUMENT_BYTES_MAX: usize = 1024 * 1024;
const TITLE_CHARS_MAX: usize = 100;

pub(crate) const USAGE: &str = "# Markdown to HTML\n\nPOST a Markdown document of at most 1 MiB here, in UTF-8, and get a page \
of HTML:\n\n    curl --data-binary @README.md ADDRESS\n\nTables, strikethrough and task lists work. Raw HTML in the \
document is shown as text.\n";

pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) more_headers: &'static str,
    pub(crate) body: String,
}

fn main() {
    let method = std::env::var("REQUEST_METHOD").unwrap_or_default();
    let answer = match method.as_str() {
        "GET" | "HEAD" => page(USAGE),
        "POST" => match read_document(std::io::stdin().lock()) {
            Ok(document) => page(&document),
            Err(refusal) => refusal,
        },
        _ => Answer {
            more_headers: "Allow: GET, HEAD, POST\r\n",
            ..refusal("405 Method Not Allowed", "The method must be GET, HEAD or POST.".into())
        },
    };
    if let Err(fault) = send(&answer, method == "HEAD") {
        eprintln!("the answer could not be written: {fault}");
        std::process::exit(1);
    }
}

fn send(answer: &Answer, head: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    write!(
        out,
        "Status: {}\r\nContent-Type: {}; charset=utf-8\r\n{}\r\n",
        answer.status, answer.content_type, answer.more_headers
    )?;
    if !head {
        out.write_all(answer.body.as_bytes())?;
    }
    out.flush()
}

pub(crate) fn refusal(status: &'static str, why: String) -> Answer {
    Answer { status, content_type: "text/plain", more_headers: "", body: why + "\n" }
}

pub(crate) fn read_document(input: impl Read) -> Result<String, Answer> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a document that is too long from one that just fits.
    input
        .take(DOCUMENT_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|fault| refusal("500 Internal Server Error", format!("The document could not be read: {fault}.")))?;
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let why = format!("The document is too long: at most {DOCUMENT_BYTES_MAX} bytes.");
        return Err(refusal("413 Content Too Large", why));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(refusal("400 Bad Request", "The document is empty.".into()));
    }
    String::from_utf8(bytes).map_err(|fault| {
        let at = fault.utf8_error().valid_up_to();
        refusal("400 Bad Request", format!("The document is not UTF-8: see byte {at}, counted from 0."))
    })
}

pub(crate) fn page(document: &str) -> Answer {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events: Vec<Event> = Parser::new_ext(document, options).map(harmless).collect();
    let title = escaped(&title(&events));
    let mut content = String::with_capacity(document.len() * 3 / 2);
    html::push_html(&mut content, events.into_iter());
    let body = format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>body {{ max-width: 45em; margin: 2em auto; padding: 0 1em; font-family: sans-serif }}</style>\n\
         </head>\n<body>\n{content}</body>\n</html>\n"
    );
    Answer {
        status: "200 OK",
        content_type: "text/html",
        // A second line of defence, in case something gets past `harmless`.
        more_headers: "Content-Security-Policy: default-src 'none'; img-src http: https:; style-src 'unsafe-inline'\r\n\
                       X-Content-Type-Options: nosniff\r\n",
        body,
    }
}

fn harmless(event: Event) -> Event {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: harmless_url(dest_url), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: harmless_url(dest_url), title, id })
        }
        other => other,
    }
}

/// Lets relative references, http, https and mailto through; browsers would run `javascript:`, and skip blanks and
/// control characters in the scheme, so everything before the colon must be one of the names, byte for byte.
fn harmless_url(url: CowStr) -> CowStr {
    let known = |scheme: &str| ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    match url.find([':', '/', '?', '#']) {
        Some(at) if url.as_bytes()[at] == b':' && !known(&url[..at]) => "#".into(),
        _ => url,
    }
}

/// The text of the first heading.
fn title(events: &[Event]) -> String {
    let heading = events.iter().skip_while(|event| !matches!(event, Event::Start(Tag::Heading { .. })));
    let text: String = heading
        .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        })
        .collect();
    if text.trim().is_empty() {
        return "Document".into();
    }
    text.chars().take(TITLE_CHARS_MAX).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    html::push_html(&mut escaped, std::iter::once(Event::Text(text.into())));
    escaped
}
