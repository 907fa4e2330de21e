#!/bin/sh
# The committed extism-script.wasm was made with AssemblyScript 0.28.20 and @extism/as-pdk 1.0.0: npm install
# assemblyscript @extism/as-pdk in this folder, with node_modules/.bin on the PATH.
set -eu
cd "$(dirname "$0")"
# abort stays an import of env, which Cress has.
asc extism-script.ts -o extism-script.wasm -O3 --shrinkLevel 2 --runtime minimal
chmod 644 extism-script.wasm
