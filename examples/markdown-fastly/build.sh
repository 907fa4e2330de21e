#!/bin/sh
# The committed markdown-fastly.wasm was made with rustc and cargo 1.95.0, fastly 0.13.2 and pulldown-cmark 0.13.6:
#   rustup target add wasm32-wasip1
set -eu
cd "$(dirname "$0")"
: "${CARGO_TARGET_DIR:=target}"
export CARGO_TARGET_DIR
cargo fetch --target wasm32-wasip1
# Panic messages name source files: without the builder's own folders in them, two machines make the same module.
for crates in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$crates=crates"
done
export RUSTFLAGS
cargo build --release --target wasm32-wasip1
cp "$CARGO_TARGET_DIR/wasm32-wasip1/release/markdown-fastly.wasm" .
chmod 644 markdown-fastly.wasm
