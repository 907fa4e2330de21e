//! avatar: GET /avatar/<any text>.png?size=N draws a picture that is always the same for the same text.

const std = @import("std");
const png = @import("png.zig");
const Writer = std.Io.Writer;
const Variables = std.process.Environ.Map;

const side_min = 16;
const side_default = 128;
const text_bytes_max = 512;
const cells = 5;

/// Part of the ETag: a change in how pictures look must change it.
const drawing = "1";

const usage = "There is nothing here. Ask for /avatar/<any text>.png, or for /avatar/<any text>.png?size=64.";
const text_too_long = std.fmt.comptimePrint("The text is too long: at most {d} bytes.", .{text_bytes_max});
const size_wrong = std.fmt.comptimePrint("The size must be a number from {d} to {d}.", .{ side_min, png.side_max });
const plain = "Content-Type: text/plain; charset=utf-8\r\n";

// A panic can only be a fault of this program; the text would be most of the module.
pub const panic = std.debug.no_panic;

pub fn main(init: std.process.Init.Minimal) u8 {
    const variables = init.environ.createMap(std.heap.wasm_allocator) catch return 1;
    var buffer: [64 * 1024]u8 = undefined;
    var out: Writer = .fixed(&buffer);
    answer(&out, &variables) catch return 1;
    send(out.buffered()) catch return 1;
    return 0;
}

fn answer(out: *Writer, variables: *const Variables) Writer.Error!void {
    const method = variables.get("REQUEST_METHOD") orelse "";
    const is_head = std.mem.eql(u8, method, "HEAD");
    if (!is_head and !std.mem.eql(u8, method, "GET")) {
        return out.writeAll("Status: 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n" ++ plain ++
            "\r\nThe method must be GET or HEAD.\n");
    }
    const text = textOf(variables) orelse return refuse(out, is_head, "404 Not Found", usage);
    if (text.len > text_bytes_max) return refuse(out, is_head, "400 Bad Request", text_too_long);
    const query = variables.get("QUERY_STRING") orelse "";
    const side = sideOf(query) orelse return refuse(out, is_head, "400 Bad Request", size_wrong);

    const identicon = Identicon.of(text, side);
    var tag_buffer: [64]u8 = undefined;
    const parts = .{ drawing, side, identicon.hash[0..8] };
    const tag = std.fmt.bufPrint(&tag_buffer, "\"{s}-{d}-{x}\"", parts) catch return error.WriteFailed;
    const known = isKnown(tag, variables.get("HTTP_IF_NONE_MATCH") orelse "");
    try out.writeAll(if (known) "Status: 304 Not Modified\r\n" else "Status: 200 OK\r\nContent-Type: image/png\r\n");
    try out.print("ETag: {s}\r\nCache-Control: public, max-age=86400\r\n\r\n", .{tag});
    if (!known and !is_head) try identicon.draw(out);
}

fn refuse(out: *Writer, is_head: bool, status: []const u8, why: []const u8) Writer.Error!void {
    try out.print("Status: {s}\r\n" ++ plain ++ "\r\n", .{status});
    if (!is_head) try out.print("{s}\n", .{why});
}

/// The path has been decoded already (RFC 3875, 4.1.5), so it is taken as it is.
fn textOf(variables: *const Variables) ?[]const u8 {
    const path = variables.get("PATH_INFO") orelse return null;
    const prefix, const suffix = .{ "/avatar/", ".png" };
    if (!std.mem.startsWith(u8, path, prefix) or !std.mem.endsWith(u8, path, suffix)) return null;
    if (path.len <= prefix.len + suffix.len) return null;
    return path[prefix.len .. path.len - suffix.len];
}

fn sideOf(query: []const u8) ?u16 {
    var fields = std.mem.splitScalar(u8, query, '&');
    while (fields.next()) |field| {
        const digits = std.mem.cutPrefix(u8, field, "size=") orelse continue;
        for (digits) |digit| if (!std.ascii.isDigit(digit)) return null;
        const side = std.fmt.parseInt(u16, digits, 10) catch return null;
        return if (side < side_min or side > png.side_max) null else side;
    }
    return side_default;
}

/// If-None-Match has a list of tags, or a star for "any". It compares weakly (RFC 9110, 13.1.2).
fn isKnown(tag: []const u8, list: []const u8) bool {
    var tags = std.mem.splitScalar(u8, list, ',');
    while (tags.next()) |entry| {
        const theirs = std.mem.trim(u8, entry, " \t");
        if (std.mem.eql(u8, theirs, "*")) return true;
        if (std.mem.eql(u8, std.mem.cutPrefix(u8, theirs, "W/") orelse theirs, tag)) return true;
    }
    return false;
}

/// Five by five cells, the right half a mirror of the left, which the eye takes for a face or a crest.
const Identicon = struct {
    hash: [32]u8,
    side: u16,

    fn of(text: []const u8, side: u16) Identicon {
        var identicon: Identicon = .{ .hash = undefined, .side = side };
        std.crypto.hash.sha2.Sha256.hash(text, &identicon.hash, .{});
        return identicon;
    }

    fn draw(identicon: *const Identicon, out: *Writer) Writer.Error!void {
        try png.write(out, .{
            .side = identicon.side,
            .paper = .{ .red = 240, .green = 240, .blue = 240 },
            .ink = identicon.ink(),
            .context = identicon,
            .is_ink = isInk,
        });
    }

    /// One channel strong, one weak, one in between: never grey, and always to be told from the paper.
    fn ink(identicon: *const Identicon) png.Colour {
        const strong = 176 + identicon.hash[16] % 48;
        const between = 48 + identicon.hash[17] % 112;
        const weak = 32 + identicon.hash[18] % 48;
        return switch (identicon.hash[19] % 6) {
            0 => .{ .red = strong, .green = between, .blue = weak },
            1 => .{ .red = strong, .green = weak, .blue = between },
            2 => .{ .red = between, .green = strong, .blue = weak },
            3 => .{ .red = weak, .green = strong, .blue = between },
            4 => .{ .red = between, .green = weak, .blue = strong },
            else => .{ .red = weak, .green = between, .blue = strong },
        };
    }

    fn isInk(context: *const anyopaque, x: u16, y: u16) bool {
        const identicon: *const Identicon = @ptrCast(@alignCast(context));
        const cell = identicon.side / (cells + 1);
        const margin = (identicon.side - cells * cell) / 2;
        if (x < margin or y < margin) return false;
        const column, const row = .{ (x - margin) / cell, (y - margin) / cell };
        if (column >= cells or row >= cells) return false;
        const mirrored = @min(column, cells - 1 - column);
        return identicon.hash[mirrored * cells + row] % 2 == 0;
    }
};

fn send(bytes: []const u8) error{Refused}!void {
    const stdout = 1;
    var rest = bytes;
    while (rest.len > 0) {
        const vectors = [_]std.os.wasi.ciovec_t{.{ .base = rest.ptr, .len = rest.len }};
        var written: usize = 0;
        if (std.os.wasi.fd_write(stdout, &vectors, vectors.len, &written) != .SUCCESS) return error.Refused;
        rest = rest[written..];
    }
}
