#!/bin/sh
# The committed guard.wasm was made with rustc and cargo 1.95.0, http-wasm-guest 1.2.0 and tinyjson 2.5.1:
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
cp "$CARGO_TARGET_DIR/wasm32-wasip1/release/guard.wasm" .
chmod 644 guard.wasm
