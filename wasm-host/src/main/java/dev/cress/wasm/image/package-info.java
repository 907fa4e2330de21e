/// An image as bytes: written where it was built, sealed, and read where it runs. Source of the
/// signature: RFC 8032 (Ed25519), the platform's.
@NullMarked
package dev.cress.wasm.image;

import org.jspecify.annotations.NullMarked;
