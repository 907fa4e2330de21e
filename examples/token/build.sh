#!/bin/sh
# The committed token.wasm was made with AssemblyScript 0.28.20: npm install assemblyscript, with
# node_modules/.bin on the PATH.
set -eu
cd "$(dirname "$0")"
# The top level of token.ts is the program, so it becomes _start. A program that runs once need not free memory (stub).
# With no abort to import, a fault of ours is a trap.
asc token.ts -o token.wasm -O3 --shrinkLevel 2 --runtime stub --use abort= --exportStart _start
chmod 644 token.wasm
