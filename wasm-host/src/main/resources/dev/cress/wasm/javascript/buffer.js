export class Buffer extends Uint8Array {
  static alloc(size) { return new Buffer(size); }
  static from(source) {
    return typeof source === "string" ? new Buffer(new TextEncoder().encode(source)) : new Buffer(source);
  }
  slice(from, to) { return new Buffer(super.slice(from, to)); }
  toString() { return new TextDecoder().decode(this); }
}
