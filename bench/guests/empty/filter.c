// A filter of http-wasm that lets everything pass.
#include "imports.h"

EXPORT("handle_request") unsigned long long handle_request(void) { return 1; }

EXPORT("handle_response") void handle_response(unsigned context, unsigned is_error) {
    (void)context;
    (void)is_error;
}
