//! markdown-extism: the renderer of `examples/markdown` as an Extism plug-in. The input is a Markdown document, the
//! output the same page of HTML, byte for byte.

use extism_pdk::{plugin_fn, Error, FnResult};

#[allow(dead_code)] // what only a program that speaks CGI needs
#[path = "../../markdown/src/main.rs"]
mod markdown;

#[plugin_fn]
pub fn markdown(input: Vec<u8>) -> FnResult<String> {
    match markdown::read_document(input.as_slice()) {
        Ok(document) => Ok(markdown::page(&document).body),
        Err(refusal) => Err(Error::msg(refusal.body.trim_end().to_string()).into()),
    }
}
