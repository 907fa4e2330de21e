// runaway: misbehaves on request, one way per path, to show that the runtime's limits hold. GET / lists the ways.
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    WASM_PAGE_BYTES = 65536,
    LINE_BYTES = 32,
    BLOCK_BYTES = 128 * LINE_BYTES,
    SLEEP_SECONDS = 60,
    STDERR_BYTES = 1024 * 1024,
    LATE_TRAP_BODY_BYTES = 200 * 1024,
};

#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"

// Reading these keeps the compiler from seeing what is coming and leaving it out.
static volatile int zero = 0, hundred = 100;
static volatile unsigned sink;

// A refused write ends the guest: what is under test is the host's limit, not how often we ask.
static void write_bytes(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written <= 0) _Exit(1);
        bytes += written;
        count -= (size_t)written;
    }
}

static void say(const char *text) { write_bytes(STDOUT_FILENO, text, strlen(text)); }

static void log_line(const char *text) { write_bytes(STDERR_FILENO, text, strlen(text)); }

// Fills a block with one line over and over. Lines are 32 bytes, so that a block ends where a line ends.
static const char *block_of(const char *line) {
    static char block[BLOCK_BYTES];
    for (size_t i = 0; i < BLOCK_BYTES; i++) block[i] = line[i % LINE_BYTES];
    return block;
}

static void ok(void) { say("Status: 200 OK\r\n" PLAIN "\r\nok\n"); }

static void spin(void) {
    for (;;) sink++;
}

static void allocate(void) {
    for (;;) {
        size_t before = __builtin_wasm_memory_grow(0, 16);
        if (before == (size_t)-1) {
            log_line("memory can't grow any more\n");
            abort();
        }
        for (size_t page = before; page < before + 16; page++) *(volatile char *)(page * WASM_PAGE_BYTES) = 1;
    }
}

static void trap(void) { __builtin_trap(); }

// Through a volatile pointer, or the compiler would make a loop of it. Keeps nothing in linear memory, so that it is
// the call stack that runs out and not the C stack in the guest's memory.
static unsigned deeper(unsigned depth);
static unsigned (*volatile next)(unsigned) = deeper;
static unsigned deeper(unsigned depth) { return next(depth + 1) + depth; }

static void recurse(void) { sink = next(0); }

static void flood(void) {
    say("Status: 200 OK\r\n" PLAIN "\r\n");
    const char *block = block_of("This body goes on and on and on\n");
    for (;;) write_bytes(STDOUT_FILENO, block, BLOCK_BYTES);
}

static void flood_headers(void) {
    say("Status: 200 OK\r\n" PLAIN);
    const char *block = block_of("X-Flood: this never has an end\r\n");
    for (;;) write_bytes(STDOUT_FILENO, block, BLOCK_BYTES);
}

static void partial_exit(void) {
    say("Status: 200 OK\r\nContent-Ty");
    _Exit(3);
}

static void garbage(void) {
    static const char bytes[] = "\x00\xff\x7f\x01 no header at all\n\x89PNG\n\n\xfe\xfe";
    write_bytes(STDOUT_FILENO, bytes, sizeof bytes - 1);
}

static void empty(void) {}

static void flood_stderr(void) {
    const char *block = block_of("This function says far too much\n");
    for (size_t sent = 0; sent < STDERR_BYTES; sent += BLOCK_BYTES) write_bytes(STDERR_FILENO, block, BLOCK_BYTES);
    say("Status: 200 OK\r\n" PLAIN "\r\ndone\n");
}

static void sleep_long(void) {
    struct timespec left = {.tv_sec = SLEEP_SECONDS};
    nanosleep(&left, NULL);
    say("Status: 200 OK\r\n" PLAIN "\r\nslept 60 s\n");
}

static void divide(void) { sink = (unsigned)(hundred / zero); }

static void late_trap(void) {
    say("Status: 200 OK\r\n" PLAIN "\r\n");
    const char *block = block_of("This body breaks off in a while\n");
    for (size_t sent = 0; sent < LATE_TRAP_BODY_BYTES; sent += BLOCK_BYTES)
        write_bytes(STDOUT_FILENO, block, BLOCK_BYTES);
    __builtin_trap();
}

static const struct {
    const char *path, *what;
    void (*run)(void);
} WAYS[] = {
    {"/ok", "answers 200", ok},
    {"/spin", "loops without end", spin},
    {"/allocate", "grows its memory until that is refused, then aborts", allocate},
    {"/trap", "executes unreachable", trap},
    {"/recurse", "calls itself without end", recurse},
    {"/flood", "writes a body without end", flood},
    {"/flood-headers", "writes headers without end", flood_headers},
    {"/exit", "exits with code 3 in the middle of a header", partial_exit},
    {"/garbage", "writes bytes that are no CGI header", garbage},
    {"/empty", "writes nothing and exits with code 0", empty},
    {"/stderr", "writes 1 MiB of log, then answers 200", flood_stderr},
    {"/sleep", "sleeps for 60 s, then answers 200", sleep_long},
    {"/divide", "divides by zero", divide},
    {"/late-trap", "writes 200 KiB of body, then executes unreachable", late_trap},
};

int main(void) {
    const char *path = getenv("PATH_INFO");
    if (!path) path = "";
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        if (strcmp(path, WAYS[i].path) == 0) {
            WAYS[i].run();
            return 0;
        }
    }
    say("Status: 404 Not Found\r\n" PLAIN "\r\nThere is no such way to misbehave. There are:\n");
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        say(WAYS[i].path);
        say(" ");
        say(WAYS[i].what);
        say("\n");
    }
    return 0;
}
