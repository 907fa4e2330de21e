/// The ABI `wasi-cgi`: a WASI command that speaks CGI/1.1 (RFC 3875) as WAGI has it. The request's
/// head is the environment, its body standard input; the answer is standard output: header lines, a
/// blank line, the body. Standard error is the function's log.
@NullMarked
package dev.cress.wasm.cgi;

import org.jspecify.annotations.NullMarked;
