#!/bin/sh
# Makes fastly-js.wasm with Node from 20 on and @fastly/js-compute 3.46.0. It has a JavaScript engine in it, 11.5 MB, so it
# isn't committed.
set -eu
cd "$(dirname "$0")"
npm install --no-package-lock --no-audit --no-fund
npx js-compute-runtime main.js fastly-js.wasm
