//! A small site: its pages are files that the node answers by itself; this program answers the rest.
//!
//! * `GET /search?q=WORD` looks through the articles, the same files that clients get.
//! * `POST /sort` sorts the lines of a body that may be larger than memory: sorted runs go to files
//!   in `/tmp`, which is in memory here, but the program need not know.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};

const RUN_LINES: usize = 1_000;

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).unwrap_or_default();
    match (variable("REQUEST_METHOD").as_str(), variable("PATH_INFO").as_str()) {
        ("GET", "/search") => search(&word(&variable("QUERY_STRING"))),
        ("POST", "/sort") => sort(),
        _ => not_found(),
    }
}

fn not_found() -> io::Result<()> {
    let page = fs::read_to_string("/404.html")?;
    print!("Status: 404 Not Found\nContent-Type: text/html; charset=utf-8\n\n{page}");
    Ok(())
}

/// The query's `q`; words have no escapes.
fn word(query: &str) -> String {
    let found = query.split('&').find_map(|part| part.strip_prefix("q="));
    found.unwrap_or_default().to_lowercase()
}

fn search(word: &str) -> io::Result<()> {
    println!("Content-Type: text/plain; charset=utf-8\n");
    let mut articles: Vec<_> = fs::read_dir("/articles")?.collect::<Result<_, _>>()?;
    articles.sort_by_key(|article| article.file_name());
    for article in articles {
        let text = fs::read_to_string(article.path())?;
        for (number, line) in text.lines().enumerate() {
            if !word.is_empty() && line.to_lowercase().contains(word) {
                let name = article.file_name();
                println!("/articles/{}:{}: {line}", name.to_string_lossy(), number + 1);
            }
        }
    }
    Ok(())
}

fn sort() -> io::Result<()> {
    let mut runs = 0;
    let mut lines = Vec::new();
    for line in io::stdin().lock().lines() {
        lines.push(line?);
        if lines.len() == RUN_LINES {
            write_run(&mut lines, runs)?;
            runs += 1;
        }
    }
    write_run(&mut lines, runs)?;
    merge(runs + 1)
}

fn write_run(lines: &mut Vec<String>, number: usize) -> io::Result<()> {
    lines.sort();
    let mut run = BufWriter::new(File::create(format!("/tmp/run-{number}"))?);
    for line in lines.drain(..) {
        writeln!(run, "{line}")?;
    }
    run.flush()
}

fn merge(runs: usize) -> io::Result<()> {
    let mut readers = Vec::new();
    for number in 0..runs {
        readers.push(BufReader::new(File::open(format!("/tmp/run-{number}"))?).lines());
    }
    let mut heads = Vec::new();
    for reader in &mut readers {
        heads.push(reader.next().transpose()?);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "Content-Type: text/plain; charset=utf-8\n")?;
    let least = |heads: &[Option<String>]| {
        let filled = heads.iter().enumerate().filter(|(_, head)| head.is_some());
        filled.min_by(|a, b| a.1.cmp(b.1)).map(|(index, _)| index)
    };
    while let Some(index) = least(&heads) {
        if let Some(line) = heads[index].take() {
            writeln!(out, "{line}")?;
        }
        heads[index] = readers[index].next().transpose()?;
    }
    out.flush()
}
