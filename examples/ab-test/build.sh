#!/bin/sh
# The committed ab-test.wasm was made with TeaVM 0.10.2, which Maven fetches; JDK 17 and Maven 3.8.7 ran it.
set -eu
cd "$(dirname "$0")"
mvn -q process-classes
cp target/wasm/ab-test.wasm .
chmod 644 ab-test.wasm
