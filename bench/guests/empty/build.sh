#!/bin/sh
# The committed modules were made with Zig 0.17.1, which brings clang:
#   pip install ziglang==0.17.1
set -eu
cd "$(dirname "$0")"
: "${ZIG:=python3 -m ziglang}"
for abi in wasi-cgi http-wasm filter fastly extism; do
    # shellcheck disable=SC2086 # ZIG may be a command with arguments
    $ZIG cc -target wasm32-freestanding -O2 -s -Wall -Wextra -Werror -nostdlib \
        -Wl,--no-entry -Wl,-z,stack-size=4096 -o "$abi.wasm" "$abi.c"
    chmod 644 "$abi.wasm"
done
