#!/bin/sh
# The committed echo.wasm was made with Zig 0.17.1, which brings clang and wasi-libc:
#   pip install ziglang==0.17.1
set -eu
cd "$(dirname "$0")"
: "${ZIG:=python3 -m ziglang}"
# shellcheck disable=SC2086 # ZIG may be a command with arguments
$ZIG cc -target wasm32-wasi -O2 -s -Wall -Wextra -Wl,-z,stack-size=65536 -o echo.wasm echo.c
chmod 644 echo.wasm
