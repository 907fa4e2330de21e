// Answers `ok` as a handler of http-wasm that has nobody behind it.
#include "imports.h"

enum { RESPONSE = 1 };

IMPORT("http_handler", "set_header_value")
void set_header_value(unsigned kind, const char *name, unsigned name_length, const char *value, unsigned length);
IMPORT("http_handler", "write_body") void write_body(unsigned kind, const char *bytes, unsigned length);

EXPORT("handle_request") unsigned long long handle_request(void) {
    const struct text name = TEXT("content-type"), type = TEXT("text/plain"), body = TEXT("ok");
    set_header_value(RESPONSE, name.bytes, name.length, type.bytes, type.length);
    write_body(RESPONSE, body.bytes, body.length);
    return 0;
}

EXPORT("handle_response") void handle_response(unsigned context, unsigned is_error) {
    (void)context;
    (void)is_error;
}
