// hello: says where it runs and where the caller seems to be. All it knows comes from CGI variables.
//   GET /            a few plain sentences      GET /?name=Ada   greets by name
//   POST /           also says how many bytes of body came
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "countries.h"

enum { NAME_BYTES_MAX = 64, VALUE_BYTES_MAX = 128, ANSWER_BYTES_MAX = 2048 };

// No stdio: it would be most of the module.
static char answer[ANSWER_BYTES_MAX];
static size_t answer_bytes;

static void put_bytes(const char *bytes, size_t count) {
    if (count > ANSWER_BYTES_MAX - answer_bytes) count = ANSWER_BYTES_MAX - answer_bytes;
    memcpy(answer + answer_bytes, bytes, count);
    answer_bytes += count;
}

static void put(const char *text) { put_bytes(text, strlen(text)); }

static void put_number(unsigned long long number) {
    char digits[20];
    size_t first = sizeof digits;
    do digits[--first] = (char)('0' + number % 10);
    while (number /= 10);
    put_bytes(digits + first, sizeof digits - first);
}

// Bounded and without control characters: a variable may carry anything.
static void put_value(const char *value) {
    for (size_t i = 0; value[i] && i < VALUE_BYTES_MAX; i++) {
        unsigned char c = (unsigned char)value[i];
        if (c >= 0x20 && c != 0x7f) put_bytes(value + i, 1);
    }
}

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int send(void) {
    for (size_t sent = 0; sent < answer_bytes;) {
        ssize_t written = write(STDOUT_FILENO, answer + sent, answer_bytes - sent);
        if (written <= 0) return 1;
        sent += (size_t)written;
    }
    return 0;
}

static void begin(const char *status) {
    put("Status: ");
    put(status);
    put("\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n");
}

static int refuse(const char *status, const char *why) {
    begin(status);
    put("\r\n");
    put(why);
    return send();
}

static const char *country_name(const char *code) {
    for (const char *entry = COUNTRIES; *entry; entry += strlen(entry) + 1)
        if (strncmp(entry, code, 2) == 0 && strlen(code) == 2) return entry + 3;
    return NULL;
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_utf8(const unsigned char *s) {
    while (*s) {
        int tail = *s < 0x80 ? 0 : (*s & 0xe0) == 0xc0 ? 1 : (*s & 0xf0) == 0xe0 ? 2 : (*s & 0xf8) == 0xf0 ? 3 : -1;
        bool overlong = *s == 0xc0 || *s == 0xc1 || (*s == 0xe0 && s[1] < 0xa0) || (*s == 0xf0 && s[1] < 0x90);
        bool surrogate = *s == 0xed && s[1] >= 0xa0;
        bool too_high = *s > 0xf4 || (*s == 0xf4 && s[1] >= 0x90);
        if (tail < 0 || overlong || surrogate || too_high) return false;
        for (s++; tail > 0; tail--, s++)
            if ((*s & 0xc0) != 0x80) return false;
    }
    return true;
}

// Finds `name` in the query and decodes it into `name`, which stays empty when there is none. Returns what is wrong
// with it, or NULL.
static const char *read_name(const char *query, char name[NAME_BYTES_MAX + 1]) {
    name[0] = 0;
    while (query && strncmp(query, "name=", 5) != 0) {
        query = strchr(query, '&');
        if (query) query++;
    }
    if (!query) return NULL;
    size_t length = 0;
    for (const char *in = query + 5; *in && *in != '&'; in++) {
        int byte = *in == '+' ? ' ' : *in;
        if (*in == '%') {
            int high = hex(in[1]), low = high < 0 ? -1 : hex(in[2]);
            if (low < 0) return "The name is not percent-encoded correctly: % takes two hexadecimal digits.\n";
            byte = high * 16 + low;
            in += 2;
        }
        if (length == NAME_BYTES_MAX) return "The name is too long: at most 64 bytes.\n";
        if ((unsigned char)byte < 0x20 || byte == 0x7f) return "The name has control characters.\n";
        name[length++] = (char)byte;
    }
    name[length] = 0;
    return is_utf8((unsigned char *)name) ? NULL : "The name is not UTF-8.\n";
}

static void say_hello(const char *name) {
    const char *region = variable("CRESS_REGION");
    const char *greeting = variable("GREETING");
    put_value(*greeting ? greeting : "Hello");
    if (*name) put(" "), put(name);
    if (*region) put(" from "), put_value(region);
    put("!\n");
}

static void say_where(void) {
    const char *code = variable("CRESS_CLIENT_COUNTRY"), *city = variable("CRESS_CLIENT_CITY");
    const char *country = country_name(code);
    if (!*code) {
        put("I can't tell where you are.\n");
        return;
    }
    put("You are in ");
    if (*city) put_value(city), put(", ");
    if (country) put(country), put(" ("), put_value(code), put(")");
    else put("the country with the code "), put_value(code);
    put(".\n");
}

static void say_who(void) {
    const char *function = variable("CRESS_FUNCTION"), *version = variable("CRESS_VERSION");
    const char *node = variable("CRESS_NODE"), *request = variable("CRESS_REQUEST_ID");
    if (*function) {
        put("This is function "), put_value(function);
        if (*version) put(" version "), put_value(version);
        if (*node) put(" on node "), put_value(node);
        put(".\n");
    }
    if (*request) put("Your request is "), put_value(request), put(".\n");
}

int main(void) {
    const char *method = variable("REQUEST_METHOD");
    bool is_post = strcmp(method, "POST") == 0, is_head = strcmp(method, "HEAD") == 0;
    if (!is_post && !is_head && strcmp(method, "GET") != 0) {
        begin("405 Method Not Allowed");
        put("Allow: GET, HEAD, POST\r\n\r\nThe method must be GET, HEAD or POST.\n");
        return send();
    }
    char name[NAME_BYTES_MAX + 1];
    const char *fault = read_name(variable("QUERY_STRING"), name);
    if (fault) return refuse("400 Bad Request", is_head ? "" : fault);

    unsigned long long body_bytes = 0;
    if (is_post) {
        static char block[16384];
        ssize_t got;
        while ((got = read(STDIN_FILENO, block, sizeof block)) > 0) body_bytes += (unsigned long long)got;
        if (got < 0) return refuse("500 Internal Server Error", "The request body could not be read.\n");
    }
    begin("200 OK");
    put("\r\n");
    if (is_head) return send();
    say_hello(name);
    say_where();
    say_who();
    if (is_post) put("Your request body has "), put_number(body_bytes), put(body_bytes == 1 ? " byte.\n" : " bytes.\n");
    return send();
}
