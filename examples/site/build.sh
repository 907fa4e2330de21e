#!/bin/sh
# The committed site.wasm was made with rustc 1.95.0:
#   rustup target add wasm32-wasip1
set -eu
cd "$(dirname "$0")"
rustc --edition 2024 --target wasm32-wasip1 -C opt-level=s -C strip=symbols -C panic=abort \
    --remap-path-prefix="$(rustc --print sysroot)=rust" -o site.wasm src/main.rs
chmod 644 site.wasm
