/// The ABI `javascript`: a script in QuickJS-NG, as the npm package `quickjs-wasi` publishes the
/// engine. The engine's exports are called as that package documents them; scripts find the parts
/// of the web's API that a handler of requests needs (Fetch Standard, URL Standard), written in
/// JavaScript over a few host calls. The script is evaluated while the image is made, so that a
/// request finds it ready.
@NullMarked
package dev.cress.wasm.javascript;

import org.jspecify.annotations.NullMarked;
