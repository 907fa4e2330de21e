#!/bin/sh
# The committed hostile.wasm was made with Zig 0.17.1, which brings clang and wasi-libc:
#   pip install ziglang==0.17.1
set -eu
cd "$(dirname "$0")"
: "${ZIG:=python3 -m ziglang}"
# fills and copies as single instructions of the machine
# shellcheck disable=SC2086 # ZIG may be a command with arguments
$ZIG cc -target wasm32-wasi -O2 -mbulk-memory -s -Wall -Wextra -Wl,-z,stack-size=65536 -o hostile.wasm hostile.c
chmod 644 hostile.wasm
