/// The words in which a host and its library speak of a guest: what it is asked, what it may use,
/// how it answers, how it ended.
@NullMarked
package dev.cress.wasm.guest;

import org.jspecify.annotations.NullMarked;
