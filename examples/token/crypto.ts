// SHA-256 (FIPS 180-4), HMAC (RFC 2104) and base64url without padding (RFC 4648, section 5).

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

const ROUND: StaticArray<u32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

export function sha256(data: Uint8Array): Uint8Array {
  // One bit, zeros, and the length in bits fill the last block.
  const padded = new Uint8Array((data.length + 8 + BLOCK_BYTES) / BLOCK_BYTES * BLOCK_BYTES);
  padded.set(data);
  padded[data.length] = 0x80;
  store<u64>(padded.dataStart + padded.length - 8, bswap(<u64>data.length * 8));

  const hash: StaticArray<u32> = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ];
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) addBlock(hash, padded.dataStart + at);
  const digest = new Uint8Array(DIGEST_BYTES);
  for (let i = 0; i < 8; i++) store<u32>(digest.dataStart + i * 4, bswap(hash[i]));
  return digest;
}

const schedule = new StaticArray<u32>(64);

function addBlock(hash: StaticArray<u32>, block: usize): void {
  for (let i = 0; i < 16; i++) schedule[i] = bswap(load<u32>(block + i * 4));
  for (let i = 16; i < 64; i++) {
    const x = schedule[i - 15], y = schedule[i - 2];
    const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3), s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10);
    schedule[i] = schedule[i - 16] + s0 + schedule[i - 7] + s1;
  }
  let a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4], f = hash[5], g = hash[6], h = hash[7];
  for (let i = 0; i < 64; i++) {
    const t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + schedule[i];
    const t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
  }
  hash[0] += a; hash[1] += b; hash[2] += c; hash[3] += d; hash[4] += e; hash[5] += f; hash[6] += g; hash[7] += h;
}

export function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  if (key.length > BLOCK_BYTES) key = sha256(key);
  const inner = new Uint8Array(BLOCK_BYTES + data.length), outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES);
  inner.set(key);
  outer.set(key);
  for (let i = 0; i < BLOCK_BYTES; i++) {
    inner[i] ^= 0x36;
    outer[i] ^= 0x5c;
  }
  inner.set(data, BLOCK_BYTES);
  outer.set(sha256(inner), BLOCK_BYTES);
  return sha256(outer);
}

/** Takes the same time wherever the two differ, so that a forger learns nothing from the clock. */
export function areEqual(a: Uint8Array, b: Uint8Array): bool {
  let difference = a.length ^ b.length;
  for (let i = 0, n = min(a.length, b.length); i < n; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export function toBase64url(data: Uint8Array): string {
  // Not a string that grows: the runtime frees nothing.
  const text = new Uint8Array((data.length * 8 + 5) / 6);
  let bits: u32 = 0, bitCount = 0, length = 0;
  for (let i = 0; i < data.length; i++) {
    bits = (bits << 8) | data[i];
    for (bitCount += 8; bitCount >= 6; bitCount -= 6) text[length++] = digit(bits >>> (bitCount - 6));
  }
  if (bitCount > 0) text[length] = digit(bits << (6 - bitCount));
  return String.UTF8.decode(text.buffer);
}

function digit(bits: u32): u8 {
  return <u8>DIGITS.charCodeAt(bits & 63);
}

/** Null if it is no base64url as toBase64url writes it: left-over bits must be 0, or one text would have many forms. */
export function fromBase64url(text: string): Uint8Array | null {
  const data = new Uint8Array(text.length * 6 / 8);
  let bits: u32 = 0, bitCount = 0, length = 0;
  for (let i = 0; i < text.length; i++) {
    const value = DIGITS.indexOf(text.charAt(i));
    if (value < 0) return null;
    bits = (bits << 6) | value;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      data[length++] = <u8>(bits >>> bitCount);
    }
  }
  return bitCount == 6 || (bits & ((1 << bitCount) - 1)) != 0 ? null : data;
}
