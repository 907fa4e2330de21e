//! Writes PNG pictures of two colours. Follows the PNG specification (third edition), RFC 1950 and RFC 1951.

const std = @import("std");
const Writer = std.Io.Writer;

pub const side_max = 512;
const row_bytes_max = 1 + side_max / 8;

pub const Colour = struct { red: u8, green: u8, blue: u8 };

/// A square picture. `is_ink` is asked for each pixel.
pub const Picture = struct {
    side: u16,
    paper: Colour,
    ink: Colour,
    context: *const anyopaque,
    is_ink: *const fn (context: *const anyopaque, x: u16, y: u16) bool,
};

pub fn write(out: *Writer, picture: Picture) Writer.Error!void {
    try out.writeAll("\x89PNG\r\n\x1a\n");

    var header: [13]u8 = undefined;
    std.mem.writeInt(u32, header[0..4], picture.side, .big);
    std.mem.writeInt(u32, header[4..8], picture.side, .big);
    // One bit a pixel, palette, the only compression and the only filters there are, not interlaced.
    header[8..13].* = .{ 1, 3, 0, 0, 0 };
    try chunk(out, "IHDR", &header);

    const paper, const ink = .{ picture.paper, picture.ink };
    try chunk(out, "PLTE", &.{ paper.red, paper.green, paper.blue, ink.red, ink.green, ink.blue });

    // A fault of ours if it didn't fit: a code is at most 9 bits for a byte of 8.
    var buffer: [side_max * row_bytes_max * 9 / 8 + 64]u8 = undefined;
    var compressed: Writer = .fixed(&buffer);
    try pixels(&compressed, picture);
    try chunk(out, "IDAT", compressed.buffered());
    try chunk(out, "IEND", "");
}

fn chunk(out: *Writer, kind: *const [4]u8, data: []const u8) Writer.Error!void {
    var check: std.hash.Crc32 = .init();
    check.update(kind);
    check.update(data);
    try out.writeInt(u32, @intCast(data.len), .big);
    try out.writeAll(kind);
    try out.writeAll(data);
    try out.writeInt(u32, check.final(), .big);
}

/// A row like the one above it is written as the difference to it, all zeros, which compresses to a few bytes.
fn pixels(out: *Writer, picture: Picture) Writer.Error!void {
    const unfiltered, const up = .{ 0, 2 };
    const row_bytes = 1 + (picture.side + 7) / 8;
    const zeros: [row_bytes_max]u8 = @splat(0);
    var above: [row_bytes_max]u8 = undefined;
    var sum: std.hash.Adler32 = .{};

    try out.writeAll("\x78\x01");
    var deflate: Deflate = .{ .out = out };
    try deflate.begin();
    for (0..picture.side) |y| {
        var row = zeros;
        row[0] = unfiltered;
        for (0..picture.side) |x| {
            const bit = @as(u8, 0x80) >> @intCast(x % 8);
            if (picture.is_ink(picture.context, @intCast(x), @intCast(y))) row[1 + x / 8] |= bit;
        }
        const same = y > 0 and std.mem.eql(u8, row[0..row_bytes], above[0..row_bytes]);
        above = row;
        if (same) {
            row = zeros;
            row[0] = up;
        }
        sum.update(row[0..row_bytes]);
        try deflate.add(row[0..row_bytes]);
    }
    try deflate.end();
    try out.writeInt(u32, sum.adler, .big);
}

/// One block with fixed codes, whose only matches are runs of one byte: all that rows of a simple picture need.
const Deflate = struct {
    out: *Writer,
    bits: u32 = 0,
    bit_count: u5 = 0,

    const end_of_block = 256;
    const length_first = 257;
    const run_max = 258;
    const length_base = [_]u16{
        3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23,  27,
        31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
    };
    const length_extra_bits = [_]u5{
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    };

    fn begin(d: *Deflate) Writer.Error!void {
        const last_block, const fixed_codes = .{ 1, 1 };
        try d.put(last_block, 1);
        try d.put(fixed_codes, 2);
    }

    fn add(d: *Deflate, bytes: []const u8) Writer.Error!void {
        var at: usize = 0;
        while (at < bytes.len) {
            const byte = bytes[at];
            try d.code(byte);
            at += 1;
            var run: u16 = 0;
            while (at + run < bytes.len and bytes[at + run] == byte and run < run_max) run += 1;
            if (run < length_base[0]) continue;
            try d.repeat(run);
            at += run;
        }
    }

    fn end(d: *Deflate) Writer.Error!void {
        try d.code(end_of_block);
        try d.put(0, 7); // Up to the next byte, as put() holds back what is no whole byte.
    }

    fn repeat(d: *Deflate, run: u16) Writer.Error!void {
        var i: usize = length_base.len - 1;
        while (length_base[i] > run) i -= 1;
        try d.code(@intCast(length_first + i));
        try d.put(run - length_base[i], length_extra_bits[i]);
        const distance_one = 0;
        try d.put(distance_one, 5);
    }

    fn code(d: *Deflate, symbol: u16) Writer.Error!void {
        switch (symbol) {
            0...143 => try d.putReversed(0x30 + symbol, 8),
            144...255 => try d.putReversed(0x190 + symbol - 144, 9),
            256...279 => try d.putReversed(symbol - 256, 7),
            else => try d.putReversed(0xc0 + symbol - 280, 8),
        }
    }

    /// Codes go from their highest bit on, all else from its lowest.
    fn putReversed(d: *Deflate, value: u16, width: u5) Writer.Error!void {
        try d.put(@as(u32, @bitReverse(value)) >> (16 - width), width);
    }

    fn put(d: *Deflate, value: u32, width: u5) Writer.Error!void {
        d.bits |= value << d.bit_count;
        d.bit_count += width;
        while (d.bit_count >= 8) : (d.bit_count -= 8) {
            try d.out.writeByte(@truncate(d.bits));
            d.bits >>= 8;
        }
    }
};
