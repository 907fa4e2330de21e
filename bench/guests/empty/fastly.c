// Answers `ok` as a program for Fastly Compute.
#include "imports.h"

enum { BACK = 0, WHOLE = 0 };

IMPORT("fastly_abi", "init") unsigned init(unsigned long long version);
IMPORT("fastly_http_resp", "new") unsigned new_response(unsigned *response);
IMPORT("fastly_http_resp", "header_insert")
unsigned header_insert(unsigned response, const char *name, unsigned name_length, const char *value, unsigned length);
IMPORT("fastly_http_resp", "send_downstream") unsigned send(unsigned response, unsigned body, unsigned streaming);
IMPORT("fastly_http_body", "new") unsigned new_body(unsigned *body);
IMPORT("fastly_http_body", "write")
unsigned write(unsigned body, const char *bytes, unsigned length, unsigned end, unsigned *written);

EXPORT("_start") void start(void) {
    const struct text name = TEXT("content-type"), type = TEXT("text/plain"), answer = TEXT("ok");
    unsigned response, body, written;
    init(1);
    new_response(&response);
    header_insert(response, name.bytes, name.length, type.bytes, type.length);
    new_body(&body);
    write(body, answer.bytes, answer.length, BACK, &written);
    send(response, body, WHOLE);
}
