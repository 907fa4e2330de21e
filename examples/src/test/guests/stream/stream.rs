//! Answers a request's body with itself as it comes.

use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(b"Content-Type: application/octet-stream\n\n")?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = io::stdin().lock().read(&mut piece)?;
        if count == 0 {
            return out.flush();
        }
        out.write_all(&piece[..count])?;
    }
}
