// The few functions of WASI preview 1 that a CGI program needs. All of them answer 0 when it went well.

@external("wasi_snapshot_preview1", "environ_sizes_get")
declare function environ_sizes_get(count: usize, bytes: usize): i32;
@external("wasi_snapshot_preview1", "environ_get")
declare function environ_get(pointers: usize, strings: usize): i32;
@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(fd: i32, vectors: usize, count: i32, done: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, vectors: usize, count: i32, done: usize): i32;
@external("wasi_snapshot_preview1", "clock_time_get")
declare function clock_time_get(clock: i32, precision: u64, time: usize): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;
const BLOCK_BYTES = 4096;
const REALTIME = 0;

// Two words each: results, and a vector of one buffer (address, length).
const result = memory.data(8, 8);
const vector = memory.data(8);

/** The environment variables. Those that aren't UTF-8 are no loss here. */
export function environment(): Map<string, string> {
  const variables = new Map<string, string>();
  if (environ_sizes_get(result, result + 4) != 0) proc_exit(1);
  const count = load<u32>(result), bytes = load<u32>(result, 4);
  const pointers = new StaticArray<usize>(count), strings = new StaticArray<u8>(bytes);
  if (environ_get(changetype<usize>(pointers), changetype<usize>(strings)) != 0) proc_exit(1);
  for (let i: u32 = 0; i < count; i++) {
    const entry = String.UTF8.decodeUnsafe(pointers[i], bytes, true);
    const equals = entry.indexOf("=");
    variables.set(entry.substring(0, equals), entry.substring(equals + 1));
  }
  return variables;
}

/** All of standard input, or a little more than `bytesMax` of it if there is more. */
export function readInput(bytesMax: i32): Uint8Array {
  const input = new Uint8Array(bytesMax + BLOCK_BYTES);
  let length = 0;
  while (length <= bytesMax) {
    store<usize>(vector, input.dataStart + length);
    store<u32>(vector, BLOCK_BYTES, 4);
    if (fd_read(STDIN, vector, 1, result) != 0) proc_exit(1);
    const got = load<i32>(result);
    if (got == 0) break;
    length += got;
  }
  return input.subarray(0, length);
}

export function write(fd: i32, text: string): void {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  for (let sent = 0; sent < bytes.length; sent += load<i32>(result)) {
    store<usize>(vector, bytes.dataStart + sent);
    store<i32>(vector, bytes.length - sent, 4);
    if (fd_write(fd, vector, 1, result) != 0) proc_exit(1);
  }
}

export function nowSeconds(): i64 {
  if (clock_time_get(REALTIME, 1_000_000_000, result) != 0) proc_exit(1);
  return load<u64>(result) / 1_000_000_000;
}
