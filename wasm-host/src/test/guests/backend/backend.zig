//! backend: answers with what it was asked, in headers. What stands behind a filter in the tests of http-wasm, and in
//! its public conformance cases.

const std = @import("std");

extern "http_handler" fn get_method(buf: [*]u8, limit: u32) u32;
extern "http_handler" fn get_uri(buf: [*]u8, limit: u32) u32;
extern "http_handler" fn get_header_names(kind: u32, buf: [*]u8, limit: u32) u64;
extern "http_handler" fn get_header_values(kind: u32, name: [*]const u8, name_len: u32, buf: [*]u8, limit: u32) u64;
extern "http_handler" fn set_header_value(kind: u32, name: [*]const u8, name_len: u32, value: [*]const u8, len: u32) void;
extern "http_handler" fn read_body(kind: u32, buf: [*]u8, limit: u32) u64;
extern "http_handler" fn write_body(kind: u32, body: [*]const u8, len: u32) void;

const request = 0;
const response = 1;

var text: [64 * 1024]u8 = undefined;
var names: [64 * 1024]u8 = undefined;
var name_buffer: [2048]u8 = undefined;

fn set(name: []const u8, value: []const u8) void {
    set_header_value(response, name.ptr, name.len, value.ptr, value.len);
}

fn length(count_len: u64) usize {
    return @intCast(count_len & 0xffff_ffff);
}

export fn handle_request() u64 {
    set("x-httpwasm-next-method", text[0..get_method(&text, text.len)]);
    set("x-httpwasm-next-uri", text[0..get_uri(&text, text.len)]);
    var all = std.mem.tokenizeScalar(u8, names[0..length(get_header_names(request, &names, names.len))], 0);
    while (all.next()) |name| {
        const values = text[0..length(get_header_values(request, name.ptr, name.len, &text, text.len))];
        // an empty value is a value, so the NULs that end them count
        var start: usize = 0;
        var index: u32 = 0;
        while (std.mem.indexOfScalarPos(u8, values, start, 0)) |end| {
            const full = std.fmt.bufPrint(&name_buffer, "x-httpwasm-next-header-{s}-{d}", .{ name, index }) catch unreachable;
            set(full, values[start..end]);
            start = end + 1;
            index += 1;
        }
    }
    // what is asked for under /echo comes back
    if (std.mem.startsWith(u8, text[0..get_uri(&text, text.len)], "/echo")) {
        while (true) {
            const read = read_body(request, &text, text.len);
            write_body(response, &text, @intCast(length(read)));
            if (read >> 32 == 1) break;
        }
    }
    return 0;
}

export fn handle_response(context: u32, is_error: u32) void {
    _ = context;
    _ = is_error;
}
