package dev.cress.wasm.guest;

/// A header field. Field names compare without regard to case (RFC 9110 §5.1).
public record Header(String name, String value) {}
