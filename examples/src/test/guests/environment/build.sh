#!/bin/sh
# The committed environment.wasm was made with clang and lld 14.0.6 and wasi-libc 0.0~git20220510, from Debian 12, and
# without a wasm-opt on the PATH, which clang would run:
#   apt install clang lld wasi-libc libclang-rt-14-dev-wasm32
# Any wasi-sdk will do too: set CC to its clang, and SYSROOT_FLAGS to nothing.
set -eu
cd "$(dirname "$0")"
: "${CC:=clang}"
: "${SYSROOT_FLAGS=--sysroot=/usr -I/usr/include/wasm32-wasi -L/usr/lib/wasm32-wasi}"
# Stack first: an overflow then traps instead of running into the data.
# shellcheck disable=SC2086
"$CC" --target=wasm32-wasi $SYSROOT_FLAGS -Os -Wall -Wextra -Werror \
    -Wl,--strip-all -Wl,-z,stack-size=65536 -Wl,--stack-first -o environment.wasm environment.c
chmod 644 environment.wasm
