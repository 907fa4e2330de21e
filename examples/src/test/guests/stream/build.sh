#!/bin/sh
# The committed stream.wasm was made with rustc 1.95.0:
#   rustup target add wasm32-wasip1
set -eu
cd "$(dirname "$0")"
rustc --edition 2024 --target wasm32-wasip1 -C opt-level=s -C strip=symbols -C panic=abort \
    --remap-path-prefix="$(rustc --print sysroot)=rust" -o stream.wasm stream.rs
chmod 644 stream.wasm
